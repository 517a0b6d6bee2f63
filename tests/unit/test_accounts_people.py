"""People: who may change whom, what nobody can do to themselves, and what a refusal leaves behind."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import Conflict, Refused, User, acting_as, db, writing
from kezhi.builtin.accounts import checks, services
from kezhi.builtin.accounts.models import Account, AccountRole

pytestmark = pytest.mark.services


def stored(login: str) -> dict[str, Any]:
    """A person as the database has them now."""
    db.session.rollback()
    account = db.session.execute(select(Account).where(Account.login == login)).scalar_one()
    roles = db.session.scalars(select(AccountRole.role_key).where(AccountRole.user_id == account.id))
    names = ("name", "department_id", "locale", "active", "must_change_password", "version", "password_hash")
    return {**{name: getattr(account, name) for name in names}, "roles": sorted(roles)}


def version_of(person: User) -> int:
    return int(stored(person.login)["version"])


def change(person: User, **values: Any) -> None:
    before = stored(person.login)
    present = {key: before[key] for key in ("name", "department_id", "locale", "active", "roles")} | values
    with writing():
        services.update_user(person.id or 0, before["version"], **present)


def add(client: FlaskClient, **values: Any) -> str:
    """Add a person on the page; the text of the answer."""
    data = {"login": "zhou", "name": "Zhou", "department_id": "", "locale": "", "roles": ["salesperson"], **values}
    return client.post("/accounts/users/new", data=data).get_data(as_text=True)


def one_time_password(page: str) -> str:
    found = re.search(r"<code[^>]*>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", page)
    assert found, page[:2000]
    return found.group(1)


@pytest.mark.clause("ORG-01")
def test_an_administrator_adds_somebody_and_is_shown_a_one_time_password(client_as: Callable[..., FlaskClient]) -> None:
    admin = client_as("administrator")
    password = one_time_password(add(admin, login=" ZHOU "))
    zhou = stored("zhou")
    assert zhou["roles"] == ["salesperson"]
    assert zhou["must_change_password"]
    assert password not in zhou["password_hash"]
    assert services.matches(password, zhou["password_hash"])
    assert password not in admin.get("/accounts/users").get_data(as_text=True)


@pytest.mark.parametrize("login", ["admin", "ADMIN", "ａｄｍｉｎ", "system", "a b", "", "x" * 81, "<b>"])
def test_a_login_in_use_or_unfit_is_refused_and_nobody_is_added(
    client_as: Callable[..., FlaskClient], login: str
) -> None:
    client = client_as("administrator")
    before = len(db.session.scalars(select(Account.id)).all())
    assert "<code" not in add(client, login=login)
    db.session.rollback()
    assert len(db.session.scalars(select(Account.id)).all()) == before


def test_a_form_sets_only_what_its_page_shows(client_as: Callable[..., FlaskClient], app: Flask) -> None:
    """Mass assignment: fields that the form does not have are not looked at."""
    add(client_as("administrator"), active="", must_change_password="", password_hash="x", id="77", version="9")  # noqa: S106
    zhou = stored("zhou")
    assert zhou["active"]
    assert zhou["must_change_password"]
    assert zhou["version"] == 1
    assert zhou["password_hash"].startswith("$argon2")
    person = client_as("salesperson", login="li")
    assert "/approvals/deputies" in person.get("/accounts/me").text
    person.post("/accounts/me", data={"locale": "en", "theme": "dark", "roles": "administrator", "name": "Root"})
    li = stored("li")
    assert (li["locale"], li["roles"], li["name"]) == ("en", ["salesperson"], "li")


def test_an_unknown_role_or_department_is_refused(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("administrator")
    assert "<code" not in add(client, roles=["emperor"])
    assert "<code" not in add(client, department_id="4711")
    assert services.user_named("zhou") is None


@pytest.mark.clause("ORG-01")
def test_only_an_administrator_sees_the_pages_and_a_refusal_changes_nothing(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User]
) -> None:
    li = add_person("li", "salesperson")
    before = stored("li")
    client = client_as("general-manager")
    for address in ("users", "users/new", f"users/{li.id}", "departments", "departments/new", "roles", "roles/finance"):
        assert client.get(f"/accounts/{address}").status_code == 404
    data = {"name": "X", "roles": ["administrator"], "version": "1", "department_id": "", "locale": ""}
    assert client.post(f"/accounts/users/{li.id}", data=data).status_code == 404
    assert client.post(f"/accounts/users/{li.id}/password").status_code == 404
    assert client.post("/accounts/roles/salesperson", data={"permissions": []}).status_code == 404
    assert stored("li") == before


@pytest.mark.clause("ORG-01")
def test_the_last_active_administrator_stays(app: Flask, add_person: Callable[..., User]) -> None:
    admin = services.user_named("admin")
    assert admin is not None
    before = stored("admin")
    attempts: list[dict[str, Any]] = [{"active": False}, {"roles": ["finance"]}, {"roles": []}]
    for values in attempts:
        with pytest.raises(Refused, match="last active administrator"):
            change(admin, **values)
        assert stored("admin") == before
    second = add_person("second", "administrator")
    change(second, active=False)  # one is left
    with pytest.raises(Refused):
        change(admin, active=False)
    assert checks._administrator(db.session()) == []


@pytest.mark.clause("ORG-01")
def test_nobody_takes_their_own_administrator_role_or_activity(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User]
) -> None:
    add_person("second", "administrator")
    client = client_as(login="second")
    me = services.user_named("second")
    assert me is not None
    before = stored("second")
    data = {"name": "second", "department_id": "", "locale": "", "version": before["version"]}
    for values in ({"roles": ["finance"], "active": "y"}, {"roles": ["administrator"]}):
        page = client.post(f"/accounts/users/{me.id}", data=data | values)
        assert page.status_code == 200
        assert 'role="alert"' in page.get_data(as_text=True)
        assert stored("second") == before


@pytest.mark.faults
def test_two_administrators_cannot_deactivate_each_other_at_the_same_time(
    app: Flask, add_person: Callable[..., User]
) -> None:
    admin, second = services.user_named("admin"), add_person("second", "administrator")
    assert admin is not None
    versions = {person.login: version_of(person) for person in (admin, second)}
    db.session.rollback()
    ready, results = threading.Barrier(2), list[str]()

    def deactivate(actor: User, other: User) -> None:
        with app.app_context(), acting_as(actor):
            ready.wait()
            try:
                with writing():
                    services.update_user(
                        other.id or 0,
                        versions[other.login],
                        name="x",
                        roles=["administrator"],
                        department_id=None,
                        locale=None,
                        active=False,
                    )
                results.append("done")
            except Refused:
                results.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=deactivate, args=pair) for pair in ((admin, second), (second, admin))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["done", "refused"]
    assert [stored("admin")["active"], stored("second")["active"]].count(True) == 1


def test_of_two_changes_to_the_same_person_the_second_sees_the_first(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User]
) -> None:
    li = add_person("li", "salesperson")
    client = client_as("administrator")
    old = version_of(li)
    change(li, name="First")
    with pytest.raises(Conflict), writing():
        services.update_user(
            li.id or 0, old, name="Second", roles=["salesperson"], department_id=None, locale=None, active=True
        )
    assert stored("li")["name"] == "First"
    data = {"name": "Typed", "roles": ["finance"], "department_id": "", "locale": "", "active": "y", "version": old}
    page = client.post(f"/accounts/users/{li.id}", data=data).get_data(as_text=True)
    assert 'value="Typed"' in page  # what was typed stays
    assert "<dd>First</dd>" in page  # beside what stands now
    assert stored("li")["name"] == "First"
    new = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert new is not None
    assert client.post(f"/accounts/users/{li.id}", data=data | {"version": new.group(1)}).status_code == 302
    assert (stored("li")["name"], stored("li")["roles"]) == ("Typed", ["finance"])


def test_what_does_not_exist_answers_404(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("administrator")
    for address in ("users/4711", "departments/4711", "roles/emperor"):
        assert client.get(f"/accounts/{address}").status_code == 404
    assert client.post("/accounts/users/4711/password").status_code == 404


@pytest.mark.clause("ORG-01")
def test_the_list_shows_roles_department_and_state_and_filters_by_them(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User]
) -> None:
    with writing():
        east = services.add_department("华东一部").id
    add_person("li", "salesperson", "finance", department_id=east)
    client = client_as("administrator")
    page = client.get("/accounts/users").get_data(as_text=True)
    for text in ("li", "业务员", "财务", "华东一部", "在职"):
        assert text in page
    for query, shown in (
        ("f.roles=finance", True),
        ("f.roles=data-analyst", False),
        (f"f.department={east}", True),
        ("f.state=inactive", False),
        ("q=li", True),
        ("sort=-login", True),
    ):
        listed = client.get(f"/accounts/users?{query}").get_data(as_text=True)
        assert ("业务员、财务" in listed or "财务、业务员" in listed) is shown, query


def test_everybody_sets_their_own_language_and_theme(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("salesperson", login="li")
    assert "我的账户" in client.get("/accounts/me").get_data(as_text=True)
    client.post("/accounts/me", data={"locale": "en", "theme": "dark"})
    page = client.get("/accounts/me").get_data(as_text=True)
    assert "My account" in page
    assert 'data-bs-theme="dark"' in page
    assert client.post("/accounts/me", data={"locale": "xx", "theme": "pink"}).status_code == 200
    assert stored("li")["locale"] == "en"
