"""Duties: opened once, closed once, seen by whom they concern, passed up when they are late (TSK-01)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, literal, select, update

from kezhi import Conflict, NotFound, Plugin, PluginError, Refused, acting_as, clock, db, hookimpl, set_setting, writing
from kezhi.app import create_app
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.customers.services.assigning import hand_over
from kezhi.builtin.customers.services.links import erase_customer
from kezhi.builtin.tasks import services
from kezhi.builtin.tasks.contributions import Occasion, TaskKind
from kezhi.builtin.tasks.kinds import task_kinds
from kezhi.builtin.tasks.models import DONE, KEPT, Escalation, Task
from kezhi.builtin.tasks.todo import TODO, add_todo, end_of
from kezhi.builtin.tasks.words import group_of
from kezhi.testing.jobs import run_job

pytestmark = pytest.mark.services

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}


@pytest.fixture
def company(app: Flask, add_person: Any) -> dict[str, Any]:
    """Two floors of managers: 沈国栋 over 销售中心, 何志强 over its 华东一部, where 李婷 and 张伟 sell."""
    with writing():
        centre = add_department("销售中心").id
        east = add_department("华东一部", parent_id=centre).id
        south = add_department("华南部", parent_id=centre).id
    people = {
        "director": add_person("director", "sales-director", department_id=centre, name="沈国栋"),
        "manager": add_person("manager", "sales-manager", department_id=east, name="何志强"),
        "liting": add_person("liting", "salesperson", department_id=east, name="李婷"),
        "zhangwei": add_person("zhangwei", "salesperson", department_id=east, name="张伟"),
        "south": add_person("south", "regional-manager", department_id=south, name="黄永康"),
    }
    with writing():
        set_manager(centre, people["director"].id)
        set_manager(east, people["manager"].id)
        set_manager(south, people["south"].id)
    return people | {"east": east, "centre": centre}


def opened(owner: Any, slot: str = "1", due: datetime = MONDAY, **more: Any) -> int:
    with writing():
        task = services.open_task(TODO, Occasion(slot, due, owner.id if owner is not None else None, **more))
    assert task is not None
    return int(task.id)


def row(task_id: int) -> Task:
    db.session.rollback()
    found: Task | None = db.session.get(Task, task_id, execution_options=UNSCOPED)
    assert found is not None
    return found


def passed_to(task_id: int) -> list[int]:
    db.session.rollback()
    statement = select(Escalation.user_id).where(Escalation.task_id == task_id).order_by(Escalation.level)
    return list(db.session.scalars(statement, execution_options=UNSCOPED))


# ── opened and closed ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("TSK-01")
def test_an_occasion_becomes_a_task_once_and_ends_once(company: dict[str, Any], clock_at: Any) -> None:
    clock_at(MONDAY)
    liting, zhangwei = company["liting"], company["zhangwei"]
    task_id = opened(liting, "2026Q1", subject="季度核定")
    with writing():
        assert services.open_task(TODO, Occasion("2026Q1", MONDAY, zhangwei.id)) is None, "the same occasion"
        with pytest.raises(ValueError, match="up to nobody"):
            services.open_task(TODO, Occasion("x", MONDAY))
        with pytest.raises(LookupError):
            services.open_task("nobody.knows", Occasion("x", MONDAY, liting.id))
    with acting_as(zhangwei), pytest.raises(NotFound), writing():
        services.close_task(task_id)
    with acting_as(company["manager"]), pytest.raises(NotFound), writing():
        services.close_task(task_id)
    assert row(task_id).closed_at is None, "seeing it is not doing it"
    with acting_as(liting), pytest.raises(Refused), writing():
        services.close_task(task_id, "x" * 501)
    with acting_as(liting), writing():
        services.close_task(task_id, "已电话核对")
    with acting_as(liting), pytest.raises(Conflict), writing():
        services.close_task(task_id, "再来一次")
    found = row(task_id)
    assert (found.outcome, found.reason, found.closed_by, found.held_by_id) == (DONE, "已电话核对", "liting", liting.id)
    with writing():
        assert services.open_task(TODO, Occasion("2026Q1", MONDAY, liting.id)) is None, "closed is not forgotten"


class Round(Plugin):
    """What is due is what its two kinds answer."""

    name = "round"
    title = "Round"
    due: list[Occasion] = []

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[TaskKind]:
        return [
            TaskKind("round.rows", "轮值", duties=lambda: self.due),
            TaskKind("round.owners", "客户缺联系人", duties=self.without_contact, escalate_hours=0),
        ]

    def without_contact(self) -> Any:
        table = Customer.__table__.c
        return select(
            (literal("c") + table.code).label("slot"),
            literal(MONDAY, Task.due_at.type).label("due_at"),
            table.owner_id,
            table.department_id,
            table.name.label("subject"),
            table.code.label("reference"),
            table.id.label("customer_id"),
        ).where(table.website == "", table.owner_id.is_not(None))


@pytest.mark.clause("TSK-01")
def test_a_job_keeps_tasks_as_what_is_due(app: Flask, company: dict[str, Any], clock_at: Any, statements: Any) -> None:
    clock_at(MONDAY)
    liting = company["liting"]
    plugin = Round()
    plugins = [*app.extensions["kezhi"].plugins.values(), plugin]
    kernel = app.extensions["kezhi"]
    other = create_app(kernel.config, app.config["KEZHI_ENGINE"], plugins, keys=app.config["KEZHI_KEYS"])
    with writing():
        for number in range(3):
            create_customer({"code": f"K{number}", "name": f"客户{number}", "owner_id": liting.id})
    with other.app_context():
        plugin.due = [Occasion("一", MONDAY, liting.id), Occasion("二", MONDAY, liting.id)]
        assert services.sync_all() == (5, 0)
        assert services.sync_all() == (0, 0), "as often as one likes"
        plugin.due = plugin.due[1:]
        with writing():
            db.session.execute(update(Customer).where(Customer.code == "K1").values(website="www.k1.cn"))
        assert services.sync_all() == (0, 2)
        tasks = list(db.session.scalars(select(Task).order_by(Task.kind, Task.slot)))
        assert [(each.slot, each.outcome) for each in tasks] == [
            ("cK0", ""), ("cK1", KEPT), ("cK2", ""), ("一", KEPT), ("二", ""),
        ]  # fmt: skip
        assert [each.customer_id is not None for each in tasks] == [True, True, True, False, False]
        db.session.rollback()
        with writing(), statements() as few:
            services.sync("round.owners")
        db.session.rollback()
        with writing():
            for number in range(3, 30):
                create_customer({"code": f"K{number}", "name": f"客户{number}", "owner_id": liting.id})
        with writing(), statements() as many:
            assert services.sync("round.owners") == (27, 0)
        assert many.count - few.count <= 4, "and not by the row"
    assert "round.rows" not in task_kinds()
    with acting_as(liting):
        assert services.own_open() == [], "of an app that is not enabled nothing is shown"
    with writing():
        services.forget_plugin("round")
    assert db.session.scalar(select(func.count()).select_from(Task)) == 0


def test_a_kind_is_named_after_its_plugin(app: Flask) -> None:
    class Other(Round):
        name = "other"

    kernel = app.extensions["kezhi"]
    plugins = [*kernel.plugins.values(), Other()]
    other = create_app(kernel.config, app.config["KEZHI_ENGINE"], plugins, keys=app.config["KEZHI_KEYS"])
    with other.app_context(), pytest.raises(PluginError, match="must start with other"):
        task_kinds()


# ── seen and given ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("TSK-01")
def test_who_sees_a_task(company: dict[str, Any], add_person: Any) -> None:
    finance, nobody = add_person("finance", "finance"), add_person("nobody")
    with writing():
        customer = create_customer({"code": "K1", "name": "恒达", "owner_id": company["liting"].id}).id
    plain = opened(company["liting"], "plain")
    about = opened(company["liting"], "about", customer_id=customer)
    pool = opened(None, "pool", department_id=company["east"])

    def seen(person: Any) -> set[int]:
        db.session.rollback()
        with acting_as(person):
            return {each["id"] for each in services.overview()}

    assert seen(company["liting"]) == {plain, about}
    assert seen(company["zhangwei"]) == set(), "neither theirs nor their customer"
    assert seen(company["manager"]) == {plain, about, pool}
    assert seen(company["director"]) == {plain, about, pool}, "and of the departments below"
    assert seen(company["south"]) == set()
    assert seen(finance) == {about}, "who sees the customer sees what is to be done about it"
    assert seen(nobody) == set()
    with acting_as(company["south"]), pytest.raises(NotFound):
        services.task_by_id(plain)


@pytest.mark.clause("TSK-01")
def test_a_manager_gives_a_task_to_the_own_people(company: dict[str, Any]) -> None:
    task_id = opened(company["liting"])
    zhangwei = company["zhangwei"].id
    for who in ("zhangwei", "south", "liting"):
        with acting_as(company[who]), pytest.raises(NotFound), writing():
            services.reassign(task_id, zhangwei)
    with acting_as(company["manager"]), pytest.raises(Refused), writing():
        services.reassign(task_id, company["south"].id)
    assert row(task_id).owner_id == company["liting"].id
    with acting_as(company["manager"]), writing():
        services.reassign(task_id, zhangwei, seen_owner=company["liting"].id)
    with acting_as(company["manager"]), pytest.raises(Conflict), writing():
        services.reassign(task_id, company["manager"].id, seen_owner=company["liting"].id)
    assert row(task_id).owner_id == zhangwei


@pytest.mark.clause("TSK-01", "ORG-01")
def test_open_tasks_about_a_customer_go_with_it_and_closed_ones_stay_whose_they_were(company: dict[str, Any]) -> None:
    liting, zhangwei = company["liting"], company["zhangwei"]
    with writing():
        customer = create_customer({"code": "K1", "name": "恒达", "owner_id": liting.id}).id
    first, second, own = (opened(liting, each, subject="恒达的事", customer_id=customer) for each in "abc")
    with writing():
        db.session.execute(update(Task).where(Task.id == own).values(customer_id=None))
    with acting_as(liting), writing():
        services.close_task(first, "王总同意")
    with writing():
        hand_over(liting.id, zhangwei.id)
    assert [row(each).owner_id for each in (second, own)] == [zhangwei.id, liting.id]
    assert row(first).held_by_id == liting.id
    with writing():
        erase_customer(customer)
    assert [(row(each).subject, row(each).reason) for each in (first, second)] == [("", ""), ("", "")]
    assert row(own).subject == "恒达的事"


@pytest.mark.clause("TSK-01")
def test_a_to_do_is_entered_for_oneself_or_the_own_people(company: dict[str, Any], clock_at: Any) -> None:
    clock_at(MONDAY)
    today = date(2026, 3, 2)
    with writing():
        theirs = create_customer({"code": "K1", "name": "恒达", "owner_id": company["zhangwei"].id}).id
    with acting_as(company["liting"]):
        with writing():
            made = add_todo("拜访", today)
        assert clock.local(row(made.id).due_at).strftime("%m-%d %H:%M") == "03-02 23:59"
        for wrong in (
            {"text": "", "due": today},
            {"text": "x" * 201, "due": today},
            {"text": "拜访", "due": today - timedelta(days=1)},
            {"text": "拜访", "due": today, "owner_id": company["zhangwei"].id},
        ):
            with pytest.raises(Refused), writing():
                add_todo(**wrong)
        with pytest.raises(NotFound), writing():
            add_todo("拜访", today, customer_id=theirs)
    with acting_as(company["manager"]), writing():
        add_todo("拜访", today, company["liting"].id, theirs)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Task)) == 2


# ── passed up ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("TSK-01")
def test_an_overdue_task_goes_up_from_manager_to_manager_in_working_time(
    app: Flask, company: dict[str, Any], clock_at: Any
) -> None:
    """Due on Friday; eight hours of work later, on Saturday, which is worked for a holiday, the manager has it."""
    friday = datetime(2026, 2, 27, 23, 59, tzinfo=clock.company_zone())
    of_seller, of_manager = opened(company["liting"], "s", friday), opened(company["manager"], "m", friday)
    done, monday = opened(company["liting"], "d", friday), opened(company["liting"], "t", MONDAY + timedelta(hours=2))
    with acting_as(company["liting"]), writing():
        services.close_task(done)
    manager, director = company["manager"].id, company["director"].id

    def at(month: int, day: int, hour: int, minute: int = 0) -> tuple[list[int], list[int]]:
        clock_at(datetime(2026, month, day, hour, minute, tzinfo=clock.company_zone()))
        for turn in range(2):
            assert run_job(app, "tasks.escalate", slot=f"{day} {hour}:{minute} {turn}") == "done"
        return passed_to(of_seller), passed_to(of_manager)

    assert at(2, 28, 17, 59) == ([], [])
    assert at(2, 28, 18, 1) == ([manager], [director]), "never to the owner"
    assert at(3, 1, 12) == ([manager], [director]), "Sunday is no time"
    assert at(3, 2, 18, 1) == ([manager, director], [director])
    assert at(3, 20, 18) == ([manager, director], [director]), "there is nobody above"
    assert row(of_seller).level == 2
    assert passed_to(done) == [], "what is done is not late"
    assert passed_to(monday) != []
    with acting_as(company["manager"]):
        assert [line.task.id for line in services.escalated_to()] == [of_seller, monday]
        assert [line.owner for line in services.escalated_to()] == ["李婷", "李婷"]
    with acting_as(company["liting"]), writing():
        services.close_task(of_seller)
    with acting_as(company["manager"]):
        assert [line.task.id for line in services.escalated_to()] == [monday]


@pytest.mark.clause("TSK-01")
def test_a_manager_who_left_is_passed_over_and_a_company_sets_its_hours(
    company: dict[str, Any], clock_at: Any, statements: Any
) -> None:
    clock_at(MONDAY + timedelta(hours=2))
    with writing():
        db.session.execute(update(Account).where(Account.id == company["manager"].id).values(active=False))
        set_setting("tasks", "escalate_hours", 1)
    tasks = [opened(company["liting"], str(number)) for number in range(3)]
    pool = opened(None, "pool", department_id=company["east"])
    with writing(), statements() as few:
        assert services.escalate() == {company["director"].id: 4}
    assert [passed_to(each) for each in (*tasks, pool)] == [[company["director"].id]] * 4
    for number in range(3, 60):
        opened(company["liting"], str(number))
    with writing(), statements() as many:
        assert services.escalate() == {company["director"].id: 57}
    assert many.count <= few.count


minutes = st.integers(-60 * 24 * 40, 60 * 24 * 40)


@pytest.mark.clause("TSK-01")
@given(minutes, st.integers(0, 60 * 24 * 40))
def test_a_task_is_late_exactly_when_its_time_is_over_and_no_later_one_comes_before(first: int, more: int) -> None:
    now, order = MONDAY.astimezone(ZoneInfo("Asia/Shanghai")), ["late", "today", "week", "later"]
    due = now + timedelta(minutes=first)
    assert (group_of(due, now) == "late") == (first < 0)
    assert order.index(group_of(due, now)) <= order.index(group_of(due + timedelta(minutes=more), now))


def test_the_day_of_a_to_do_ends_with_it(app: Flask) -> None:
    assert clock.local(end_of(date(2026, 3, 2))).isoformat() == "2026-03-02T23:59:00+08:00"
