"""Who may do what and why: the matrix, a role's history, one person's rights; the establishment (ORG-01)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import Conflict, User, db, writing
from kezhi.builtin.accounts import services
from kezhi.builtin.accounts.commands import user_group
from kezhi.builtin.accounts.models import Account, Department, Role
from kezhi.builtin.accounts.services.establishment import Post, establishment, total
from kezhi.builtin.accounts.services.matrix import history_of, matrix, rights_of
from kezhi.builtin.accounts.services.roles import role_permissions

pytestmark = pytest.mark.services

IMPORT, READ = "customers.import", "customers.read"


def cells(**asked: Any) -> dict[tuple[str, str], Any]:
    roles, groups = matrix(**asked)
    return {
        (line.permission.key, role.key): cell
        for group in groups
        for line in group.lines
        for role, cell in zip(roles, line.cells, strict=True)
    }


def post_role(client: FlaskClient, role: str, wanted: frozenset[str], **more: Any) -> Any:
    version = db.session.scalar(select(Role.version).where(Role.key == role))
    data = {"permissions": sorted(wanted), "version": version, **more}
    return client.post(f"/accounts/roles/{role}", data=data)


@pytest.mark.clause("ORG-01")
def test_the_matrix_tells_what_is_by_default_from_what_the_company_changed(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User], statements: Callable[[], Any]
) -> None:
    admin = client_as("administrator", locale="en")
    assert not any(cell.changed for cell in cells().values())
    before = role_permissions("salesperson")
    assert READ in before
    assert IMPORT not in before
    assert post_role(admin, "salesperson", before - {READ} | {IMPORT}, second_factor="y").status_code == 302
    found = cells()
    assert {key for key, cell in found.items() if cell.changed} == {(READ, "salesperson"), (IMPORT, "salesperson")}
    assert found[IMPORT, "salesperson"].granted
    assert not found[READ, "salesperson"].granted
    assert all(cell.granted for (_key, role), cell in found.items() if role == "administrator")
    # every cell is what people with this role alone may do
    for role in ("salesperson", "finance"):
        person = add_person(f"only-{role}", role)
        assert person.permissions == {key for (key, each), cell in found.items() if each == role and cell.granted}
    # filters
    assert set(cells(only_changed=True, role="salesperson")) == {(READ, "salesperson"), (IMPORT, "salesperson")}
    assert cells(only_changed=True, role="finance") == {}
    assert {key.partition(".")[0] for key, _role in cells(plugin="tasks")} == {"tasks"}
    assert {key for key, _role in cells(text="CUSTOMERS.imp")} == {IMPORT}
    page = unescape(admin.get("/accounts/permissions?changed=y").text)
    assert page.count("added by the company</span>") == 1
    assert page.count("taken away by the company</span>") == 1
    assert "No permission fits" in admin.get("/accounts/permissions?q=there-is-no-such").text
    with statements() as counted:
        matrix()
    assert counted.count == 2


@pytest.mark.clause("ORG-01")
def test_the_page_of_a_role_shows_who_changed_what_when(client_as: Callable[..., FlaskClient]) -> None:
    admin = client_as("administrator", locale="en")
    before = role_permissions("finance")
    assert "the defaults are in force" in admin.get("/accounts/roles/finance").text
    post_role(admin, "finance", before | {IMPORT})
    post_role(admin, "finance", before, second_factor="y")
    told = history_of("finance")
    assert [(each.who, len(each.added), len(each.removed), each.second_factor) for each in told] == [
        ("administrator-user", 0, 0, True),
        ("administrator-user", 0, 1, None),
        ("administrator-user", 1, 0, None),
    ]
    page = unescape(admin.get("/accounts/roles/finance").text)
    assert "added: Import customer files" in page
    assert "taken away: Import customer files" in page
    assert "Second factor required" in page
    assert history_of("salesperson") == []


@pytest.mark.clause("ORG-01")
def test_what_a_person_may_do_names_the_roles_that_allow_it(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User]
) -> None:
    admin = client_as("administrator", locale="en")
    post_role(admin, "finance", role_permissions("finance") | {IMPORT})
    post_role(admin, "salesperson", role_permissions("salesperson") - {READ})
    person = add_person("both", "finance", "salesperson")
    lines = {line.permission.key: line for _title, found in rights_of(person.id or 0) for line in found}
    assert {key for key, line in lines.items() if line.granted} == person.permissions
    titles = {role.key: role.title["en"] for role in services.all_roles()}
    page = unescape(admin.get(f"/accounts/users/{person.id}/rights?all=1").text)
    assert [added for _role, added in lines[IMPORT].by] == [True]
    assert len(lines[READ].by) == 1
    assert len(lines[READ].taken) == 1
    assert f"{titles['salesperson']}: taken away by the company" in page
    assert ">not allowed<" in page
    assert ">not allowed<" not in admin.get(f"/accounts/users/{person.id}/rights").text
    nobody = add_person("nobody")
    assert "No rights" in admin.get(f"/accounts/users/{nobody.id}/rights").text
    assert client_as("general-manager").get(f"/accounts/users/{person.id}/rights").status_code == 404
    assert client_as("general-manager").get("/accounts/permissions").status_code == 404
    result = CliRunner().invoke(user_group(), ["rights", "both", "--json"])
    assert set(json.loads(result.stdout)) == person.permissions


@pytest.mark.clause("ORG-01")
def test_the_establishment_is_planned_per_post_and_shown_against_the_actual_heads(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User], app: Flask
) -> None:
    admin = client_as("administrator", locale="en")
    with writing():
        east, west = services.add_department("East"), services.add_department("West")
        ids = {"East": east.id, "West": west.id}
    boss = add_person("boss", "sales-manager", department_id=ids["East"])
    for login in ("li", "wang", "sun"):
        add_person(login, "salesperson", department_id=ids["East"])
    with writing():
        services.set_manager(ids["West"], boss.id)  # manages a department that he does not work in
    data = {"name": "East", "parent_id": "", "manager_id": str(boss.id), "planned_managers": "1", "planned_staff": "5"}
    assert admin.post(f"/accounts/departments/{ids['East']}", data=data | {"version": "1"}).status_code == 302
    rows = {row.node.name: row for row in establishment()}
    assert (rows["East"].managers, rows["East"].staff) == (Post(1, 1), Post(5, 3))
    assert (rows["West"].managers, rows["West"].staff) == (Post(None, 1), Post(None, 0))
    assert total([row.staff for row in rows.values()]) == Post(5, 3)
    assert total([rows["West"].staff]) == Post(None, 0)
    page = unescape(admin.get("/accounts/establishment").text)
    assert "2 missing" in page
    assert re.findall(r">3 / 5<", page), page[-3000:]
    # who leaves is missing; what was typed over a change of somebody else is not stored
    with writing():
        services.deactivate(user_id("sun"))
    assert {row.node.name: row.staff for row in establishment()}["East"] == Post(5, 2)
    late = admin.post(f"/accounts/departments/{ids['East']}", data=data | {"version": "1", "planned_staff": "9"})
    assert late.status_code == 200
    assert db.session.scalar(select(Department.planned_staff).where(Department.id == ids["East"])) == 5
    wrong = admin.post(f"/accounts/departments/{ids['East']}", data=data | {"version": "3", "planned_staff": "-1"})
    assert 'value="-1"' in wrong.text
    assert db.session.scalar(select(Department.planned_staff).where(Department.id == ids["East"])) == 5
    with pytest.raises(Conflict), writing():
        services.change_department(ids["East"], 1, name="East", parent_id=None, manager_id=boss.id, planned=(1, 1))
    result = CliRunner().invoke(user_group(), ["establishment", "--json"])
    assert json.loads(result.stdout)[0]["staff"] == {"planned": 5, "actual": 2}


def user_id(login: str) -> int:
    return int(db.session.scalar(select(Account.id).where(Account.login == login)) or 0)
