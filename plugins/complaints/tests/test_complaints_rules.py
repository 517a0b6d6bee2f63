"""The rules of the judgement as pure functions (CMP-03, CMP-04)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi_complaints.models import (
    ANONYMOUS_UNTRUE,
    FACTS_DIFFER,
    GROUNDS,
    INVALID,
    MALICIOUS,
    ORDINARY,
    OUTSIDE_PROMISES,
    QUARREL,
    TOO_LATE,
    UNTRACEABLE,
    VALID,
)
from kezhi_complaints.rules import Case, is_late, last_day, suggested_severity, why_not

DAYS = st.dates(date(1999, 1, 1), date(2100, 12, 31))


@pytest.mark.clause("CMP-03")
@pytest.mark.parametrize(("happened", "last"), [
    ("2026-11-21", "2026-12-21"), ("2026-12-31", "2027-01-31"), ("2026-01-31", "2026-02-28"),
    ("2028-01-30", "2028-02-29"), ("2026-08-31", "2026-09-30"), ("2026-02-28", "2026-03-28"),
])  # fmt: skip
def test_a_month_ends_on_the_same_day_or_on_the_last_one(happened: str, last: str) -> None:
    assert last_day(date.fromisoformat(happened)) == date.fromisoformat(last)


@pytest.mark.clause("CMP-03")
@given(DAYS)
def test_the_limit_lies_in_the_next_month_and_is_never_more_than_the_day(happened: date) -> None:
    last = last_day(happened)
    first_of_next = (happened.replace(day=1) + timedelta(days=31)).replace(day=1)
    assert last.replace(day=1) == first_of_next
    after = last + timedelta(days=1)
    assert last.day == happened.day or (last.day < happened.day and after.month != last.month)


@pytest.mark.clause("CMP-03")
@given(DAYS, st.integers(0, 70))
def test_received_on_the_last_day_is_in_time_and_only_attitude_is_ever_late(happened: date, days: int) -> None:
    received = happened + timedelta(days=days)
    late = Case(anonymous=False, attitude=True, happened_on=happened, received_on=received)
    assert is_late(late) is (received > last_day(happened))
    assert bool(why_not(TOO_LATE, late)) is not is_late(late)
    assert not is_late(Case(False, True, happened, last_day(happened)))
    assert not is_late(Case(False, False, happened, received))
    assert not is_late(Case(False, True, None, received))


@pytest.mark.clause("CMP-03")
def test_what_stands_against_a_ground_is_said() -> None:
    case = Case(anonymous=False, attitude=True, happened_on=None, received_on=date(2026, 11, 23))
    named = dict.fromkeys(GROUNDS, False) | {ANONYMOUS_UNTRUE: True, TOO_LATE: True}
    assert {ground: bool(why_not(ground, case)) for ground in GROUNDS} == named
    assert not why_not(ANONYMOUS_UNTRUE, Case(True, False, None, date(2026, 11, 23)))
    assert why_not("of my own", case)


@pytest.mark.clause("CMP-04")
@pytest.mark.parametrize(("ground", "flags", "severity"), [
    (FACTS_DIFFER, {}, ORDINARY), (OUTSIDE_PROMISES, {}, ORDINARY), (OUTSIDE_PROMISES, {"improper": True}, MALICIOUS),
    (QUARREL, {}, MALICIOUS), (ANONYMOUS_UNTRUE, {}, ORDINARY), (ANONYMOUS_UNTRUE, {"untrue": True}, MALICIOUS),
    (UNTRACEABLE, {"untrue": True}, ORDINARY), (TOO_LATE, {"improper": True}, ORDINARY),
])  # fmt: skip
def test_the_severity_follows_from_the_ground(ground: str, flags: dict[str, bool], severity: str) -> None:
    assert suggested_severity(INVALID, ground, **flags) == severity
    assert suggested_severity(VALID, ground, **flags) == ORDINARY
