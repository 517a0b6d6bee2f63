"""The policy board tells from real rows whether each clause is kept (PER-01)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from kezhi import Clause, Period, db
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Found, Schedule
from kezhi.builtin.policy.lines import Line
from kezhi.builtin.policy.periods import (
    MONTHS,
    first_monday,
    first_workday,
    last_periods,
    last_workday,
    on,
    period_of,
    workday,
)
from kezhi.builtin.policy.services import Row, board, look
from kezhi.builtin.policy.services.states import state_of, state_of_turns, turns

HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
TODAY = date(2026, 11, 23)


def worked(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def nothing(_since: date) -> Any:
    return select(text("1")).where(text("1 = 0"))


def line(evidence: ClauseEvidence) -> Line:
    return Line(f"example:{evidence.clause}{evidence.key}", "policy", Clause(evidence.clause, "An example"), evidence)


# ── when something is due ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("PER-01")
def test_a_day_by_which_it_is_due_is_a_working_day_of_the_calendar() -> None:
    october, december = period_of("month", date(2026, 10, 9)), period_of("quarter", TODAY)
    assert december == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert first_workday(october, worked) == date(2026, 10, 8)
    assert first_monday(october, worked) == date(2026, 10, 8), "Monday the 5th is a holiday"
    assert first_monday(period_of("month", TODAY), worked) == date(2026, 11, 2)
    assert last_workday(period_of("month", date(2026, 5, 1)), worked) == date(2026, 5, 29)
    assert workday(3)(october, worked) == date(2026, 10, 12)
    assert on(12, 30)(period_of("year", TODAY), worked) == date(2026, 12, 30)
    assert last_workday(october, lambda _day: False) == date(2026, 10, 31)


@settings(deadline=None)
@given(st.sampled_from(sorted(MONTHS)), st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 13))
def test_periods_follow_each_other_without_gap_and_the_last_one_is_the_present(
    rhythm: Any, today: date, count: int
) -> None:
    found = last_periods(rhythm, today, count)
    assert len(found) == count
    assert found[-1].start <= today <= found[-1].end
    for before, after in pairwise(found):
        assert before.end + timedelta(days=1) == after.start


# ── states ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("PER-01")
@pytest.mark.parametrize(
    ("done", "since", "today", "state"),
    [
        ([date(2026, 11, 2)], date(2026, 1, 1), TODAY, "kept"),
        ([date(2026, 10, 20)], date(2026, 10, 1), TODAY, "due"),
        ([date(2026, 9, 20)], date(2026, 9, 1), TODAY, "overdue"),  # October was missed and is not made good
        ([], TODAY, TODAY, "due"),  # nobody was obliged before the system was there
        ([date(2026, 9, 1), date(2026, 11, 30)], date(2026, 9, 1), date(2026, 11, 30), "kept"),
        ([date(2026, 10, 20)], date(2026, 10, 1), date(2026, 11, 30), "due"),  # the last working day is still a day
    ],
)
def test_what_has_to_be_done_every_month_is_kept_due_or_overdue(
    done: list[date], since: date, today: date, state: str
) -> None:
    found = turns(Schedule("month", nothing), done, since, today, worked)
    assert state_of_turns(found) == state
    assert found[-1].due_on == date(2026, 11, 30)


@pytest.mark.clause("PER-01")
def test_a_day_after_the_due_day_it_is_overdue() -> None:
    schedule = Schedule("month", nothing, due=first_workday)
    found = turns(schedule, [date(2026, 10, 12)], date(2026, 1, 1), date(2026, 11, 3), worked)
    assert [turn.state for turn in found[-2:]] == ["kept", "missed"]
    assert state_of_turns(found) == "overdue"


@pytest.mark.clause("PER-01")
def test_a_condition_is_kept_while_nothing_is_against_it() -> None:
    plain = ClauseEvidence("EXA-01", "No breaches.", ask=lambda _today: Ask())
    assert state_of(plain, Found(), None) == "kept"
    assert state_of(plain, Found(records=10, breaches=1), None) == "overdue"
    assert state_of(plain, Found(waiting=1), None) == "due"
    assert state_of(plain, Found(waiting=1, breaches=1), None) == "overdue"
    needs = replace(plain, needed=1)
    assert state_of(needs, Found(records=0), None) == "due"
    assert state_of(needs, Found(records=1), None) == "kept"
    assert state_of(plain, Found(breaches=1), "kept") == "overdue", "a schedule does not hide breaches"


def test_evidence_says_what_counts_as_kept_or_why_there_is_none() -> None:
    for wrong in ({}, {"rule": "x"}, {"ask": lambda _day: Ask()}, {"ask": lambda _day: Ask(), "without": "no"}):
        with pytest.raises(ValueError, match="EXA-01"):
            ClauseEvidence("EXA-01", **wrong)


# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _raise(_today: date) -> Ask:
    raise RuntimeError("a fault of the app")


@pytest.mark.services
@pytest.mark.clause("PER-01")
def test_all_evidence_is_asked_in_one_statement_and_a_fault_stays_where_it_is(
    app: Flask, statements: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    from kezhi.builtin.accounts.models import Account, Role

    def people(_today: date) -> Ask:
        return Ask(
            records=select(func.count(Role.key)),
            latest=select(func.max(Account.created_at)),
            label=select(Role.key).order_by(Role.key).limit(1),
            breaches=select(func.count(Account.id)).where(Account.login == "nobody"),
            waiting=3,
        )

    good = [line(ClauseEvidence("EXA-01", "x", key=str(number), ask=people)) for number in range(40)]
    with statements() as ran:
        found = look(good, TODAY)
    assert ran.count <= 3, "one statement in a savepoint"
    assert len(found) == 40
    one = found[good[0].key]
    assert isinstance(one, Found)
    assert (one.label, one.breaches, one.waiting, one.of) == ("account-manager", 0, 3, None)
    assert isinstance(one.latest, datetime)
    assert one.latest.tzinfo is not None, "read by the column's own type"
    assert one.records

    broken = [
        line(ClauseEvidence("EXA-02", "x", ask=_raise)),
        line(ClauseEvidence("EXA-03", "x", ask=lambda _day: Ask(records=select(text("nowhere"))))),
    ]
    mixed = look([*broken, *good[:2]], TODAY)
    assert [type(mixed[each.key]).__name__ for each in (*broken, *good[:2])] == ["Trouble", "Trouble", "Found", "Found"]
    assert "example:EXA-02" in caplog.text
    assert "a fault of the app" in caplog.text
    assert db.session.scalar(select(func.count(Role.key))) == one.records, "the transaction goes on"


@pytest.mark.services
@pytest.mark.clause("PER-01")
def test_the_board_tells_what_cannot_be_told_and_shows_the_rest(app: Flask) -> None:
    def instants(values: Sequence[datetime]) -> Callable[[date], Any]:
        from sqlalchemy import literal, union_all

        from kezhi import UtcDateTime

        parts = union_all(*[select(literal(value, UtcDateTime).label("at")) for value in values]).subquery()
        return lambda _since: select(parts.c.at)

    midnight = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)  # half past midnight of November 1 in Shanghai
    lines = [
        line(ClauseEvidence("EXA-01", "x", schedule=Schedule("month", instants([midnight])))),
        line(ClauseEvidence("EXA-02", "x", schedule=Schedule("month", lambda _since: select(text("nowhere"))))),
        line(ClauseEvidence("EXA-03", without="It says what words mean.")),
        line(ClauseEvidence("EXA-04", "x", ask=_raise)),
        Line("example:EXA-05", "policy", Clause("EXA-05", "Nothing is said of it")),
    ]
    app.extensions["kezhi"].host.memo["policy", "lines"] = {each.key: each for each in lines}
    rows: list[Row] = board(today=TODAY)
    assert [row.state for row in rows] == ["kept", "unknown", "unmeasured", "unknown", "unmeasured"]
    assert rows[0].due_on == date(2026, 12, 31), "done in November, next in December"
    assert rows[3].trouble == "RuntimeError"
