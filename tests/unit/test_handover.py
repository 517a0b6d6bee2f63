"""Hand-over (移交): everything of a person goes to others in one action, nothing is lost, a list is kept (ORG-01)."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import false, func, literal, select, union_all

from kezhi import Plugin, Refused, User, acting_as, clock, db, hookimpl, tables, writing
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.accounts.services import add_department, set_manager, user_named
from kezhi.builtin.approvals import services as approvals
from kezhi.builtin.approvals.contributions import EVERYBODY, Step
from kezhi.builtin.approvals.models import Deputy, Request, RequestStep, Seat
from kezhi.builtin.customers.models import Contact, Customer, CustomerOwner
from kezhi.builtin.customers.services import add_contact, create_customer
from kezhi.builtin.handover import services
from kezhi.builtin.handover.commands import handover
from kezhi.builtin.handover.contributions import HandOver
from kezhi.builtin.handover.models import Item, Run
from kezhi.builtin.handover.services.carrying_out import _taker
from kezhi.builtin.search.models import Token
from kezhi.builtin.tasks.contributions import Occasion
from kezhi.builtin.tasks.models import Notice, Task
from kezhi.builtin.tasks.services import open_task
from kezhi.builtin.tasks.todo import TODO, end_of

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk = ground.desk  # a fixture

pytestmark = pytest.mark.services

STAGE = {"stage": "existing"}


def due() -> Any:
    return end_of(date(2026, 4, 1))


@pytest.fixture
def people(add_person: Callable[..., User]) -> dict[str, User]:
    with writing():
        east = add_department("East").id
    found = {login: add_person(login, "salesperson", department_id=east) for login in ("li", "wang", "sun")}
    found |= {"maker": add_person("maker", "data-analyst"), "stranger": add_person("stranger", "salesperson")}
    with writing():
        set_manager(east, found["li"].id)
    return found


def customers_of(person: User, count: int, letter: str = "C") -> list[int]:
    with writing():
        return [
            create_customer(
                {"code": f"{letter}{number:03}", "name": f"Customer {number}", "owner_id": person.id} | STAGE
            ).id
            for number in range(count)
        ]


def task_of(person: User, slot: str, customer: int | None = None) -> int:
    with writing():
        made = open_task(TODO, Occasion(slot, due(), person.id, subject=f"Call {slot}", customer_id=customer))
    assert made is not None
    return made.id


def plan(people: dict[str, User], *to: str, **more: Any) -> services.Plan:
    return services.Plan(people["li"].id or 0, tuple(people[each].id or 0 for each in to), **more)


def carry_out(given: services.Plan) -> int:
    with writing():
        return services.carry_out(given)


def everything() -> dict[str, list[str]]:
    """All that a hand-over can change, as the database has it."""
    db.session.rollback()
    models = (Customer, CustomerOwner, Contact, Task, Seat, RequestStep, Deputy, Department, Account, Run, Item, Notice)
    entry = tables.audit_entry
    found = {model.__tablename__: select(model.__table__) for model in models}
    found |= {"session": select(tables.session.c.id), "audit": select(entry).where(entry.c.result == "done")}
    return {name: sorted(repr(tuple(row)) for row in db.session.execute(rows)) for name, rows in found.items()}


def owners() -> dict[str, str]:
    db.session.rollback()
    rows = db.session.execute(select(Customer.code, Account.login).join(Account, Account.id == Customer.owner_id))
    return {code or "": login for code, login in rows}


@pytest.mark.clause("ORG-01", "CUS-04")
def test_everything_goes_over_in_one_action_and_nothing_is_lost(
    people: dict[str, User], client_as: Callable[..., FlaskClient]
) -> None:
    li, theirs, admin = people["li"], client_as(login="li"), client_as("administrator", locale="en")
    ids = customers_of(li, 5)
    other = create_other(people["wang"])
    with writing():
        add_contact(ids[0], {"name": "Somebody's buyer"})
    about, free = task_of(li, "about", ids[0]), task_of(li, "free")
    page = admin.get(f"/accounts/users/{li.id}").text
    assert f"/handovers/of/{li.id}" in page, "the page of a person shows what they have"
    assert re.findall(r"<dt>Customers</dt><dd>5</dd>", page)
    form = {"receiver_1": people["wang"].id, "receiver_2": people["sun"].id, "deactivate": "y", "note": "Left in March"}
    before = everything()
    preview = admin.post(f"/handovers/of/{li.id}", data=form | {"step": "preview"})
    assert preview.status_code == 200
    assert everything() == before, "a preview moves nothing"
    for expected in ("wang: 3", "sun: 2", "1 go along", "Customer 4", "Call free"):
        assert expected in preview.text
    key = re.findall(r'name="submission_key"[^>]*value="([^"]+)"', preview.text)[0]
    sent = form | {"step": "carry_out", "submission_key": key}
    done = admin.post(f"/handovers/of/{li.id}", data=sent)
    assert admin.post(f"/handovers/of/{li.id}", data=sent).location == done.location, "a second click changes nothing"
    assert owners() == {
        "C000": "wang", "C001": "sun", "C002": "wang", "C003": "sun", "C004": "wang", "X": "wang",
    }  # fmt: skip
    # stages, children and history stay; the history says until when it was whose
    stages = select(Customer.stage, Customer.version).where(Customer.id.in_(ids))
    assert {tuple(row) for row in db.session.execute(stages)} == {("existing", 2)}
    assert db.session.scalars(select(Contact.customer_id)).all() == [ids[0]]
    past = select(CustomerOwner.user_id, CustomerOwner.to_at.is_(None)).where(CustomerOwner.customer_id == ids[1])
    assert {tuple(row) for row in db.session.execute(past)} == {(li.id, False), (people["sun"].id, True)}
    holders = {row.id: row.owner_id for row in db.session.execute(select(Task.id, Task.owner_id))}
    assert holders == {about: people["wang"].id, free: people["wang"].id}, "a task goes with its customer"
    assert db.session.scalar(select(Department.manager_id)) == people["wang"].id
    # out at once, and nothing is in the charge of the account any more
    assert theirs.get("/accounts/me").status_code == 302
    assert user_named("li") is None
    assert [each.count for each in services.holdings(li.id or 0)] == [0] * len(services.holdings(li.id or 0))
    shown = admin.get(done.location).text
    for expected in ("Customer 4", "C004", "Left in March", "deactivated with it", "7 records"):
        assert expected in shown
    counted = db.session.execute(select(Item.part, func.count()).group_by(Item.part))
    assert dict(tuple(row) for row in counted) == {
        "customers.owner": 5, "handover.departments": 1, "tasks.open": 1,
    }  # fmt: skip
    entry = tables.audit_entry
    carried = select(entry.c.actor, entry.c.payload).where(entry.c.action == "handover.carry_out")
    told = [(row.actor, json.loads(row.payload)["moved"]["customers.owner"]) for row in db.session.execute(carried)]
    assert told == [("administrator-user", 5)]
    assert other is not None


def create_other(person: User) -> int:
    """A customer that has nothing to do with it."""
    with writing():
        return create_customer({"code": "X", "name": "Not theirs", "owner_id": person.id}).id


@pytest.mark.clause("ORG-01")
def test_a_receiver_is_told_and_sees_their_own_share_and_nobody_else_anything(
    people: dict[str, User], client_as: Callable[..., FlaskClient]
) -> None:
    customers_of(people["li"], 4)
    run_id = carry_out(plan(people, "wang", "sun"))
    wang, stranger = client_as(login="wang"), client_as(login="stranger")
    shown = wang.get(f"/handovers/{run_id}").text
    assert "Customer 0" in shown
    assert "Customer 1" not in shown
    assert "C001" not in shown
    assert f"/handovers/{run_id}" in wang.get("/handovers").text
    assert stranger.get(f"/handovers/{run_id}").status_code == 404
    assert stranger.get(f"/handovers/{run_id}/customers.owner").status_code == 404
    assert stranger.get("/handovers/987654").status_code == 404
    assert f"/handovers/{run_id}" not in stranger.get("/handovers").text
    notices = db.session.execute(select(Notice.user_id, Notice.record_id).where(Notice.kind == "handover.received"))
    assert sorted(tuple(row) for row in notices) == sorted((people[each].id, run_id) for each in ("wang", "sun"))
    before = everything()
    assert wang.get(f"/handovers/of/{people['sun'].id}").status_code == 404
    assert wang.post(f"/handovers/of/{people['sun'].id}", data={"receiver_1": people["wang"].id}).status_code == 404
    assert everything() == before


@pytest.mark.clause("ORG-01")
def test_hidden_records_go_over_too_and_stay_hidden(
    people: dict[str, User], client_as: Callable[..., FlaskClient], app: Flask
) -> None:
    class Curtain(Plugin):
        """Hides every customer from everybody."""

        name, title = "curtain", "Curtain"

        @hookimpl
        def row_limits(self, model: type, user: User) -> list[Any]:
            return [false()] if model is Customer else []

    customers_of(people["li"], 3)
    admin = client_as("administrator", locale="en")
    app.extensions["kezhi"].host.manager.register(Curtain(), name="curtain")
    app.extensions["kezhi"].host.plugins["curtain"] = Curtain()
    sent = {"receiver_1": people["wang"].id, "deactivate": "y", "step": "carry_out"}
    done = admin.post(f"/handovers/of/{people['li'].id}", data=sent)
    shown = admin.get(done.location).text
    assert shown.count("A record that you may not see") == 3
    assert "C000" not in shown
    assert "Customer 0" not in shown
    app.extensions["kezhi"].host.manager.unregister(name="curtain")
    app.extensions["kezhi"].host.plugins.pop("curtain")
    assert set(owners().values()) == {"wang"}
    assert "Customer 0" in admin.get(done.location).text


@pytest.mark.clause("ORG-01", "APR-02")
def test_signatures_are_passed_on_past_who_put_the_request_up_or_signed_it(
    desk: Any, people: dict[str, User], add_person: Callable[..., User]
) -> None:
    li, maker = people["li"], people["maker"]
    director, boss = add_person("director", "sales-director"), add_person("boss", "general-manager")
    by_name = Step({"zh": "核对", "en": "Check"}, user_id=li.id)
    seated = Step({"zh": "会签", "en": "Together"}, people=(li.id or 0, boss.id or 0), needs=EVERYBODY)
    first = ground.propose(maker, ground.REVIEW, by_name)
    ground.write("offer-2", "ten chairs")
    second = ground.propose(maker, seated, reference="offer-2")
    ground.sign(director, first)
    with acting_as(li):
        assert {each.id for each in approvals.inbox(li)} == {first, second}
    before = everything()
    for unfit in ("maker", "director"):
        who = user_named(unfit)
        assert who is not None
        with pytest.raises(Refused, match=r"nobody whom you chose may take over SP-0+1"), writing():
            services.carry_out(services.Plan(li.id or 0, (who.id or 0,)))
        assert everything() == before
    run_id = carry_out(services.Plan(li.id or 0, (maker.id or 0, people["wang"].id or 0)))
    taken = db.session.scalars(select(Item.to_id).where(Item.run_id == run_id, Item.part == "approvals.signatures"))
    assert set(taken) == {people["wang"].id}, "in turn, past who may not"
    wang = people["wang"]
    assert {each.id for each in approvals.inbox(wang)} == {first, second}
    asked = select(Notice.record_id).where(Notice.user_id == wang.id, Notice.kind == "approvals.asked")
    assert set(db.session.scalars(asked)) == {first, second}
    ground.sign(wang, first)
    assert ground.state("offer-1") == "effective"
    mark = db.session.get_one(Request, first).signatures[-1]
    assert (mark.user_name, mark.for_name) == ("wang", "li"), "the signature says for whom"
    ground.sign(wang, second)
    assert ground.stored(second)["status"] == "pending", "the other one of the two still has to sign"
    ground.sign(boss, second)
    assert ground.state("offer-2") == "effective"


@pytest.mark.clause("ORG-01")
def test_own_requests_go_on_and_absences_end_with_the_account(
    desk: Any, people: dict[str, User], client_as: Callable[..., FlaskClient]
) -> None:
    li, wang, today = people["li"], people["wang"], clock.today()
    request = ground.propose(li)
    with acting_as(wang):
        approvals.add_deputy(wang.id, li.id, today, today + timedelta(days=3))
    admin = client_as("administrator", locale="en")
    page = unescape(admin.get(f"/handovers/of/{li.id}").text)
    assert "Own requests under way: 1" in page
    assert "Deputies entered: 1" in page
    run_id = carry_out(plan(people, "sun", deactivate=False))
    assert user_named("li") is not None
    assert db.session.scalar(select(Deputy.ended_at)) is None, "only who leaves is no deputy any more"
    run_id = carry_out(plan(people, "sun"))
    assert db.session.scalar(select(Deputy.ended_at)) is not None
    assert "1 end" in admin.get(f"/handovers/{run_id}").text
    assert ground.stored(request)["status"] == "pending"


@pytest.mark.clause("ORG-01")
def test_who_may_not_take_over_is_refused_and_nothing_moves(
    people: dict[str, User], client_as: Callable[..., FlaskClient], add_person: Callable[..., User]
) -> None:
    add_person("nobody")
    customers_of(people["li"], 2)
    li, nobody = people["li"], user_named("nobody")
    assert nobody is not None
    admin = client_as("administrator", locale="en")
    before = everything()
    for sent, told in (
        ({}, "Choose other active people"),
        ({"receiver_1": people["wang"].id, "receiver_2": people["wang"].id}, "different people"),
        ({"receiver_1": nobody.id}, "may not take over “Customers”"),
        ({"receiver_1": people["wang"].id, "to_customers_owner": nobody.id}, "may not take over “Customers”"),
    ):
        page = admin.post(f"/handovers/of/{li.id}", data={**sent, "step": "carry_out", "deactivate": "y", "note": "N"})
        assert page.status_code == 422
        assert told in unescape(page.text)
        assert ">N</textarea>" in page.text.replace("\r\n", "").replace("\n", ""), "what was typed stays"
    assert everything() == before
    wrong = admin.post(f"/handovers/of/{li.id}", data={"receiver_1": li.id, "step": "carry_out"})
    assert wrong.status_code in (200, 422)
    assert everything() == before
    me = user_named("administrator-user")
    assert me is not None
    assert (
        admin.post(
            f"/handovers/of/{me.id}", data={"receiver_1": li.id, "deactivate": "y", "step": "carry_out"}
        ).status_code
        == 422
    )
    assert everything() == before


@pytest.mark.clause("ORG-01")
def test_a_part_goes_to_one_person_alone_and_the_command_shows_before_it_moves(
    people: dict[str, User], app: Flask
) -> None:
    customers_of(people["li"], 4)
    task_of(people["li"], "free")

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(handover, [*arguments, "--json"])
        assert result.exit_code == 0, result.exception
        return json.loads(result.stdout)

    assert run("holds", "li")["customers.owner"] == 4
    before = everything()
    given = ("give", "li", "--to", "wang", "--to", "sun", "--only", "tasks.open=stranger")
    tried = run(*given, "--dry-run")
    assert everything() == before
    done = run(*given)
    assert done | {"run": None} == tried
    assert done["parts"]["customers.owner"] == {"wang": 2, "sun": 2}
    assert done["parts"]["tasks.open"] == {"stranger": 1}
    assert done["deactivated"]
    assert run("holds", "li")["customers.owner"] == 0


@pytest.mark.clause("ORG-01")
def test_the_number_of_statements_does_not_depend_on_the_number_of_records(
    people: dict[str, User], statements: Callable[[], Any]
) -> None:
    counts = []
    for many in (1, 2, 40):
        with writing():
            db.session.execute(CustomerOwner.__table__.delete())
            db.session.execute(Customer.__table__.delete())
            db.session.execute(Token.__table__.delete())  # ids are given anew: nobody told the search
        customers_of(people["li"], many, "ABD"[len(counts)])
        with writing(), statements() as counted:
            services.carry_out(plan(people, "wang", "sun", deactivate=False))
        counts.append(counted.count)
    assert counts[1] == counts[2], counts


@pytest.mark.clause("ORG-01")
def test_an_app_that_leaves_something_behind_stops_the_hand_over(people: dict[str, User], app: Flask) -> None:
    """The list says what moved: a part whose records stay is no hand-over."""
    from kezhi import Conflict

    lazy = HandOver(
        "lazy.things", "Things", lambda _who: select(literal(1).label("record_id"), literal("T").label("label")),
        lambda _ids: {}, lambda _who, _to, _ids: [],
    )  # fmt: skip
    app.extensions["kezhi_handover"] = [*services.carrying_out.parts(), lazy]  # type: ignore[attr-defined]
    customers_of(people["li"], 2)
    before = everything()
    with pytest.raises(Conflict, match="nothing was handed over"):
        carry_out(plan(people, "wang"))
    assert everything() == before


@given(
    st.integers(min_value=1, max_value=12),
    st.lists(st.sets(st.integers(min_value=0, max_value=11)), min_size=1, max_size=4),
)
def test_records_are_shared_evenly_and_never_with_who_may_not_get_them(count: int, barred: list[set[int]]) -> None:
    """Dealt as the database deals it: who is barred is passed over, and nobody at all only if all are barred."""
    import sqlalchemy as sa

    takers = list(range(100, 100 + len(barred)))
    engine = sa.create_engine("sqlite://")
    rows = union_all(
        *[select(literal(n).label("record_id"), literal(n % len(takers)).label("turn")) for n in range(count)]
    )
    dealt = rows.subquery("dealt")

    def bar(who: int) -> Any:
        ids = sorted(barred[who - 100])
        return union_all(*[select(literal(each)) for each in ids]) if ids else select(literal(-1))

    part = HandOver("x.y", "X", lambda _who: select(literal(1)), lambda _ids: {}, barred=bar if any(barred) else None)
    with engine.connect() as connection:
        given = connection.execute(select(dealt.c.record_id, _taker(part, takers, dealt.c))).all()
    assert len(given) == count
    for record, who in given:
        free = [each for each in takers if record not in barred[each - 100]]
        assert who in free or (who is None and not free)
    if not any(barred):
        shares = [sum(1 for _record, who in given if who == each) for each in takers]
        assert max(shares) - min(shares) <= 1
