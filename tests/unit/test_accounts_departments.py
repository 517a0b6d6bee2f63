"""The department tree: whatever is added or moved, the closure says who is below whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from kezhi import Conflict, NotFound, Refused, User, db, writing
from kezhi.builtin.accounts import checks, services
from kezhi.builtin.accounts.models import Department, DepartmentClosure
from kezhi.builtin.accounts.services.departments import department_named, expected_closure

pytestmark = pytest.mark.services


def parents() -> dict[int, int | None]:
    return {row.id: row.parent_id for row in db.session.execute(select(Department.id, Department.parent_id))}


def closure() -> set[tuple[int, int, int]]:
    table = DepartmentClosure
    rows = db.session.execute(select(table.ancestor_id, table.descendant_id, table.depth))
    return {(row.ancestor_id, row.descendant_id, row.depth) for row in rows}


def build(**tree: Any) -> dict[str, int]:
    """``build(a=None, b="a")``: departments by name, each below the named one."""
    made: dict[str, int] = {}
    with writing():
        for name, parent in tree.items():
            made[name] = services.add_department(name, made.get(parent or "")).id
    return made


#: (add below, or move) by positions among the departments there are; None is the top
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.just(0), st.none() | st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 9), st.none() | st.integers(0, 9)),
    ),
    max_size=14,
)


@pytest.mark.clause("ORG-01", "CUS-04")
@given(steps=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_additions_and_moves_the_closure_is_that_of_the_tree(app: Flask, steps: list[Any]) -> None:
    with writing():
        db.session.execute(delete(DepartmentClosure))
        db.session.execute(update(Department).values(parent_id=None))
        db.session.execute(delete(Department))
    made: list[int] = []
    for number, (what, which, where) in enumerate(steps):
        below = None if where is None or not made else made[where % len(made)]
        if what == "add" or not made:
            with writing():
                made.append(services.add_department(f"d{number}", below).id)
            continue
        before = parents()
        moved = made[which % len(made)]
        circular = below is not None and (moved, below) in {pair[:2] for pair in expected_closure(before)}
        try:
            with writing():
                services.move_department(moved, below)
            assert not circular
        except Refused:
            assert circular
            assert parents() == before
    assert closure() == expected_closure(parents())
    assert checks._closure(db.session()) == []


@pytest.mark.clause("CUS-04")
def test_a_person_sees_their_own_department_and_all_below_but_nothing_beside(
    app: Flask, add_person: Callable[..., User]
) -> None:
    made = build(sales=None, east="sales", shanghai="east", south="sales", service=None)
    manager = add_person("manager", "sales-manager", department_id=made["east"])
    assert manager.departments == {made["east"], made["shanghai"]}
    director = add_person("director", "sales-director", department_id=made["sales"])
    assert director.departments == {made[name] for name in ("sales", "east", "shanghai", "south")}
    assert add_person("nowhere", "salesperson").departments == frozenset()
    with writing():
        services.move_department(made["shanghai"], made["south"])
    moved = services.user_named("manager")
    assert moved is not None
    assert moved.departments == {made["east"]}


def test_a_department_never_hangs_below_itself(app: Flask) -> None:
    made = build(a=None, b="a", c="b")
    for below in ("a", "b", "c"):
        with pytest.raises(Refused, match=f"“{below}”"), writing():
            services.move_department(made["a"], made[below])
    assert parents()[made["a"]] is None


def test_names_are_given_once(app: Flask) -> None:
    made = build(a=None, b=None)
    with pytest.raises(Refused, match="already"), writing():
        services.add_department(" a ")
    with pytest.raises(Refused, match="already"), writing():
        services.rename_department(made["b"], 1, "a")
    with writing():
        services.rename_department(made["b"], 1, "b")  # its own name is no clash
    with pytest.raises(Refused, match="1 to 80"), writing():
        services.add_department("  ")
    with pytest.raises(NotFound, match="there are: a, b"):
        department_named("c")


@pytest.mark.clause("ORG-01")
def test_a_department_has_a_manager_who_is_an_active_person(app: Flask, add_person: Callable[..., User]) -> None:
    made, li = build(a=None), add_person("li", "department-manager")
    with writing():
        services.set_manager(made["a"], li.id)
    (node,) = services.tree()
    assert (node.manager, node.manager_id) == ("li", li.id)
    with pytest.raises(Refused, match="active user"), writing():
        services.set_manager(made["a"], 4711)
    assert services.tree()[0].manager_id == li.id


def test_of_two_changes_the_second_sees_the_first(app: Flask) -> None:
    made = build(a=None)
    with writing():
        services.change_department(made["a"], 1, name="b", parent_id=None, manager_id=None)
    with pytest.raises(Conflict), writing():
        services.change_department(made["a"], 1, name="c", parent_id=None, manager_id=None)
    assert services.department_name(made["a"]) == "b"


def test_the_tree_is_read_in_two_statements_each_department_under_its_own(app: Flask, statements: Any) -> None:
    build(sales=None, east="sales", finance=None, shanghai="east", south="sales")
    with statements() as counted:
        nodes = services.tree()
    assert counted.count == 2
    assert [(node.name, node.depth) for node in nodes] == [
        ("finance", 0),
        ("sales", 0),
        ("east", 1),
        ("shanghai", 2),
        ("south", 1),
    ]


@pytest.mark.clause("ORG-01")
def test_the_pages_add_rename_and_move(client_as: Callable[..., FlaskClient], add_person: Callable[..., User]) -> None:
    li, client = add_person("li"), client_as("administrator")
    assert "还没有部门" in client.get("/accounts/departments").get_data(as_text=True)
    new = {"name": "销售中心", "parent_id": "", "manager_id": str(li.id)}
    assert client.post("/accounts/departments/new", data=new).status_code == 302
    assert client.post("/accounts/departments/new", data=new).status_code == 200  # the name is taken
    top = services.tree()[0]
    client.post("/accounts/departments/new", data={"name": "华东部", "parent_id": str(top.id), "manager_id": ""})
    east = services.tree()[1]
    assert (east.depth, east.parent_id) == (1, top.id)
    data = {"name": "华东一部", "parent_id": "", "manager_id": str(li.id), "version": str(east.version)}
    assert client.post(f"/accounts/departments/{east.id}", data=data).status_code == 302
    stale = client.post(f"/accounts/departments/{east.id}", data={**data, "name": "华东二部"})
    assert 'value="华东二部"' in stale.get_data(as_text=True)
    assert [(node.name, node.depth) for node in services.tree()] == [("华东一部", 0), ("销售中心", 0)]


def test_the_doctor_names_what_does_not_fit(app: Flask) -> None:
    made = build(a=None, b="a")
    with writing():
        db.session.execute(delete(DepartmentClosure).where(DepartmentClosure.depth == 1))
    (finding,) = checks._closure(db.session())
    assert str(finding.message) == (
        f"1 pairs of departments differ from the tree, the first: {made['a']} above {made['b']}"
    )
    with writing():
        db.session.execute(update(Department).where(Department.id == made["a"]).values(parent_id=made["b"]))
    assert any("is below itself" in str(finding.message) for finding in checks._closure(db.session()))
