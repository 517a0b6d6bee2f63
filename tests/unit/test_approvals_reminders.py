"""Whoever lets a request wait longer than the company allows is reminded, in working time (APR-03, TSK-01)."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kezhi import Plugin, User, acting_as, clock, db, hookimpl, migrate, set_setting, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.approvals import services
from kezhi.builtin.approvals.contributions import SubjectKind
from kezhi.builtin.approvals.models import Reminder, Request, RequestStep
from kezhi.builtin.approvals.services import reminders
from kezhi.builtin.calendar.services import add_calendar
from kezhi.builtin.tasks.models import Notice
from kezhi.testing.jobs import run_job

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk = ground.desk  # a fixture
REVIEW, APPROVAL, propose, sign = ground.REVIEW, ground.APPROVAL, ground.propose, ground.sign
FRIDAY = date(2026, 2, 27)  # the Saturday after it is worked for a holiday, the Sunday is not
UNSCOPED = {"kezhi_unscoped": True}

pytestmark = pytest.mark.services


class Other(Plugin):
    """Another app with approvals, so that kinds are known while the desk is not there."""

    name = "other"
    title = "Other"

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[SubjectKind]:
        return [SubjectKind(kind="other.thing", title="Thing", digest=str, apply=str, closed=max)]


@pytest.fixture
def people(add_person: Callable[..., User]) -> dict[str, User]:
    """沈国栋 signs as sales director; his department is below that of 何志强, who sees no approvals of others."""
    with writing():
        company = add_department("公司").id
        sales = add_department("销售中心", parent_id=company).id
    found = {
        "maker": add_person("maker", "data-analyst", name="周敏"),
        "director": add_person("director", "sales-director", department_id=sales, name="沈国栋"),
        "manager": add_person("manager", "general-manager", name="赵总"),
        "above": add_person("above", "salesperson", department_id=company, name="何志强"),
        "deputy": add_person("deputy", "salesperson", name="李婷"),
        "outsider": add_person("outsider", "salesperson", name="张伟"),
    }
    with writing():
        set_manager(sales, found["director"].id)  # a manager is not told of their own delay
        set_manager(company, found["above"].id)
    return found


@pytest.fixture
def at(app: Flask, clock_at: Any) -> Callable[..., None]:
    """``at(2, 27, 14)`` sets the clock to that hour in the company; with ``run`` the job runs, twice as jobs may."""

    def go(month: int, day: int, hour: int, minute: int = 0, *, run: bool = True) -> None:
        clock_at(datetime(2026, month, day, hour, minute, tzinfo=clock.company_zone()))
        for turn in range(2 * run):
            assert run_job(app, "approvals.remind", slot=f"{month}-{day} {hour}:{minute} {turn}") == "done"
        db.session.rollback()

    return go


def told(user: User, kind: str = "reminder", *, unread: bool = False) -> list[str]:
    db.session.rollback()
    statement = select(Notice).where(Notice.user_id == user.id, Notice.kind == f"approvals.{kind}").order_by(Notice.id)
    found = db.session.scalars(statement, execution_options=UNSCOPED | {"populate_existing": True})
    return [each.text["zh"] for each in found if not (unread and each.read_at)]


@pytest.mark.clause("APR-03", "TSK-01")
def test_sixteen_working_hours_end_on_monday_and_every_working_day_brings_one_reminder(desk, people, at):
    """Put up on Friday at 14:00: four hours that day, eight on the Saturday worked, four on Monday."""
    at(2, 27, 14, run=False)
    number = propose(people["maker"], REVIEW)
    with acting_as(people["director"]):
        services.add_deputy(people["director"].id, people["deputy"].id, FRIDAY, date(2026, 3, 2))
    signers = (people["director"], people["deputy"])
    for moment in ((2, 28, 17, 59), (3, 1, 12), (3, 2, 14)):
        at(*moment)
        assert [told(each) for each in signers] == [[], []], moment
    text = "SP-000001 仍在等您签字，已超过规定时限"
    for hour, minute in ((14, 1), (14, 15), (17, 45), (19, 0)):
        at(3, 2, hour, minute)
        assert [told(each) for each in signers] == [[text], [text]], (hour, minute)
    at(3, 3, 8, 45)
    assert len(told(people["director"])) == 1, "before work begins"
    at(3, 3, 9)
    assert [len(told(each)) for each in signers] == [2, 1], "the absence is over"
    assert [told(people[name]) for name in ("maker", "manager", "above", "outsider")] == [[]] * 4
    sign(people["director"], number)
    assert told(people["director"], unread=True) == told(people["deputy"], unread=True) == []
    at(3, 4, 10)
    assert len(told(people["director"])) == 2, "it is decided"


@pytest.mark.clause("APR-03")
def test_after_twice_the_limit_the_requester_and_the_manager_above_are_told_once(desk, people, at):
    at(2, 27, 14, run=False)
    number = propose(people["maker"], REVIEW, APPROVAL)
    everybody = lambda: (told(people["maker"], "late"), told(people["above"], "raised"))  # noqa: E731
    at(3, 4, 14)
    assert everybody() == ([], [])
    text = "SP-000001 等待签字已达规定时限的两倍：沈国栋"
    for moment in ((3, 4, 14, 1), (3, 5, 9), (3, 20, 15)):
        at(*moment)
        assert everybody() == ([text], [text]), moment
    assert told(people["director"], "raised") == told(people["manager"], "raised") == []
    with acting_as(people["above"]):
        assert services.request_by_id(number) is None, "being told opens nothing"
    before = len(told(people["director"]))
    sign(people["director"], number)
    at(3, 23, 9)
    assert (told(people["manager"]), len(told(people["director"]))) == ([], before), "the next step has its own time"
    at(3, 26, 10)
    assert len(told(people["manager"])) == 1


@pytest.mark.clause("APR-03")
def test_nobody_is_reminded_of_what_is_withdrawn_cannot_be_decided_or_has_no_limit(app, desk, people, at):
    at(2, 27, 14, run=False)
    withdrawn = propose(people["maker"], REVIEW)
    ground.write("offer-2", "chairs")
    waiting = propose(people["maker"], REVIEW, reference="offer-2")
    with acting_as(people["maker"]):
        services.withdraw(withdrawn, "")
    with writing():
        set_setting("approvals", "due_hours", 0)
    at(3, 10, 10)
    with writing():
        set_setting("approvals", "due_hours", 1)
    host = app.extensions["kezhi"].host
    host.manager.unregister(name="desk")  # as when the app is disabled
    at(3, 10, 10, 30)
    host.manager.register(Other(), name="other")
    at(3, 10, 11)
    assert told(people["director"]) == told(people["maker"], "late") == []
    host.manager.register(desk, name="desk")
    at(3, 10, 14)
    assert [text.split()[0] for text in told(people["director"])] == ["SP-000002"]
    assert db.session.get(Request, waiting, execution_options=UNSCOPED).status == "pending"


@pytest.mark.clause("APR-03")
def test_what_is_passed_on_is_settled_for_the_giver_and_reminds_the_other(desk, people, at):
    at(2, 27, 14, run=False)
    number = propose(people["maker"], REVIEW)
    with acting_as(people["director"]):
        services.add_deputy(people["director"].id, people["deputy"].id, FRIDAY, date(2026, 3, 31))
    assert told(people["deputy"], "deputy") == ["您自 2026-02-27 至 2026-03-31 代沈国栋签字"]
    at(3, 2, 15)
    giver = (people["director"], people["deputy"])
    assert [len(told(each, unread=True)) for each in giver] == [1, 1]
    with acting_as(people["director"]):
        services.pass_on(number, people["outsider"].id, "他熟悉这单")
    for each in giver:
        assert told(each, unread=True) == told(each, "asked", unread=True) == []
    assert len(told(people["outsider"], "asked", unread=True)) == 1
    at(3, 2, 17)
    assert told(people["outsider"]) == [], "told today already"
    at(3, 3, 9)
    assert len(told(people["outsider"])) == 1
    assert [told(each, unread=True) for each in giver] == [[], []]


@pytest.mark.clause("APR-03", "TSK-03")
def test_the_calendar_of_the_signers_department_counts(desk, people, at, add_person):
    with writing():
        night = add_department("夜班").id
        weekly = tuple(((0, 240),) for _day in range(7))
        add_calendar({"zh": "夜班", "en": "Nights", "weekly": weekly, "public_days": False}, departments=[night])
    watchman = add_person("watchman", "sales-director", department_id=night)
    at(2, 27, 14, run=False)
    propose(people["maker"], REVIEW)
    at(3, 3, 3, 59)
    assert told(watchman) == [], "four hours a night"
    at(3, 4, 1)
    assert (len(told(watchman)), told(people["director"])) == (1, [])


@pytest.mark.clause("APR-03")
def test_many_requests_take_as_many_statements_as_few_and_chunks_follow_one_another(
    desk, people, at, statements, monkeypatch
):
    at(2, 27, 9, run=False)

    def put_up(first: int, last: int) -> None:
        for turn in range(first, last):
            ground.write(f"many-{turn}", "x")
            propose(people["maker"], REVIEW, reference=f"many-{turn}")

    def one_turn() -> int:
        with statements() as counted, writing():
            reminders.remind()
            reminders.raise_late()
        return counted.count

    put_up(0, 2)
    at(3, 10, 10, run=False)
    few = one_turn()
    assert (len(told(people["director"])), len(told(people["above"], "raised"))) == (2, 2)
    at(2, 27, 9, run=False)
    put_up(2, 32)
    at(3, 11, 10, run=False)
    assert one_turn() <= few
    assert (len(told(people["director"])), len(told(people["above"], "raised"))) == (34, 32)
    monkeypatch.setattr(reminders, "MOST", 7)
    at(3, 12, 10)
    assert len(told(people["director"])) == 34 + 32


def test_the_tables_go_back_and_forth(desk, people, at, site):
    at(2, 27, 14, run=False)
    number = propose(people["maker"], REVIEW)
    at(3, 5, 9)
    assert len(list(db.session.scalars(select(Reminder), execution_options=UNSCOPED))) == 1
    db.session.remove()
    folder = site.app.extensions["kezhi"].plugins["approvals"].folder("migrations")
    for turn, target in ((migrate.downgrade, "approvals_0002"), (migrate.upgrade, "head")):
        with (
            site.engine.connect().execution_options(kezhi_write=True, kezhi_ddl=True) as connection,
            connection.begin(),
        ):
            turn(connection, "approvals", folder, target)
    step = select(RequestStep.state, RequestStep.raised_at).where(RequestStep.request_id == number)
    assert [tuple(row) for row in db.session.execute(step, execution_options=UNSCOPED)] == [("current", None)]
    at(3, 5, 10)
    assert len(told(people["director"])) == 2
