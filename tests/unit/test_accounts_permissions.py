"""Roles: what they permit by default, and where the company departs from that."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import NotFound, Permission, Refused, User, db, writing
from kezhi.builtin.accounts import services
from kezhi.builtin.accounts.models import Role, RolePermission

pytestmark = pytest.mark.services

KEY = "accounts.manage"


def can(login: str, permission: str = KEY) -> bool:
    user = services.user_named(login)
    assert user is not None
    return user.can(permission)


@pytest.mark.clause("ORG-01")
def test_every_role_that_the_policies_name_is_shipped_in_both_languages(app: Flask) -> None:
    roles = services.all_roles()
    assert [roles[0].key, roles[-1].key] == ["salesperson", "administrator"]
    assert len(roles) == 24
    assert all(role.shipped and set(role.title) == {"zh", "en"} and all(role.title.values()) for role in roles)
    assert services.role_titles()["sales-director"] == {"zh": "业务总监", "en": "Sales director"}


@pytest.mark.clause("ORG-01")
def test_a_role_has_its_defaults_plus_and_minus_what_the_company_decides() -> None:
    known = {
        "a.read": Permission("a.read", "", roles=("clerk", "boss")),
        "a.write": Permission("a.write", "", roles=("boss",)),
    }
    changes = {("clerk", "a.write"): True, ("boss", "a.read"): False, ("boss", "gone.app"): True}
    assert services.effective(["clerk"], {}, known) == {"a.read"}
    assert services.effective(["clerk"], changes, known) == {"a.read", "a.write"}
    assert services.effective(["boss"], changes, known) == {"a.write"}
    assert services.effective(["clerk", "boss"], changes, known) == {"a.read", "a.write"}  # what one role has counts
    assert services.effective([], changes, known) == frozenset()


@pytest.mark.clause("ORG-01")
def test_granting_and_taking_away_takes_effect_with_the_next_request(
    client_as: Callable[..., FlaskClient], app: Flask
) -> None:
    finance = client_as("finance", login="feng")
    assert finance.get("/accounts/users").status_code == 404
    with writing():
        services.set_permission("finance", KEY, True)
    assert finance.get("/accounts/users").status_code == 200
    with writing():
        services.set_permission("finance", KEY, False)
    assert finance.get("/accounts/users").status_code == 404
    assert db.session.scalars(select(RolePermission)).all() == []  # as by default: nothing is kept


def test_the_administrator_has_everything_and_keeps_it(app: Flask, add_person: Callable[..., User]) -> None:
    add_person("root", "administrator")
    known = app.extensions["kezhi"].permissions
    loaded = services.user_named("root")
    assert loaded is not None
    assert loaded.permissions == set(known)
    with pytest.raises(Refused, match="every permission"), writing():
        services.set_permission("administrator", KEY, False)
    assert can("root")


def test_an_unknown_role_or_permission_cannot_be_changed(app: Flask) -> None:
    for role, permission in (("emperor", KEY), ("finance", "nothing.such")):
        with pytest.raises(NotFound), writing():
            services.set_permission(role, permission, True)


@pytest.mark.clause("ORG-01")
def test_the_page_of_a_role_shows_and_stores_its_permissions(client_as: Callable[..., FlaskClient]) -> None:
    admin = client_as("administrator")
    page = admin.get("/accounts/roles/finance").get_data(as_text=True)
    assert f'value="{KEY}"' in page
    ticked = re.findall(r'<input checked [^>]*value="([^"]+)"', page)
    assert KEY not in ticked
    assert (
        admin.post("/accounts/roles/finance", data={"permissions": [*ticked, KEY], "version": "1"}).status_code == 302
    )
    changes = db.session.scalars(select(RolePermission)).all()
    assert [(row.role_key, row.permission, row.granted) for row in changes] == [("finance", KEY, True)]
    assert (
        admin.post("/accounts/roles/finance", data={"permissions": ["nothing.such"], "version": "2"}).status_code == 200
    )
    assert len(db.session.scalars(select(RolePermission)).all()) == 1


def test_the_permissions_of_the_administrator_cannot_be_posted_away(client_as: Callable[..., FlaskClient]) -> None:
    admin = client_as("administrator")
    admin.post("/accounts/roles/administrator", data={"permissions": []})
    assert admin.get("/accounts/users").status_code == 200


def test_shipped_roles_are_stored_once_and_a_companys_title_stays(app: Flask) -> None:
    with writing():
        db.session.get_one(Role, "finance").title = {"zh": "财务部", "en": "Accounts"}
        services.install_roles()
    assert services.role_titles()["finance"]["zh"] == "财务部"
    assert len(services.all_roles()) == 24
