"""Working time: what a clock counts, and what it leaves out (TSK-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezhi import Conflict, Refused, acting_as, db, writing
from kezhi.builtin.calendar import hours as rules
from kezhi.builtin.calendar import public_days, services
from kezhi.builtin.calendar.hours import Hours
from kezhi.builtin.calendar.models import Calendar, ExceptionalDay
from kezhi.builtin.calendar.spelling import read_hours, write_hours

pytestmark = [pytest.mark.clause("TSK-03"), pytest.mark.services]

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((540, 720), (780, 1080))
WEEK = (OFFICE,) * 5 + ((), ())
NORMAL = Hours(SHANGHAI, WEEK, {}, {}, "CN")
SUPER = Hours(SHANGHAI, (((0, 1440),),) * 7, {}, {})
GOLD = Hours(SHANGHAI, (((360, 1440),),) * 7, {}, {})
SILVER = Hours(SHANGHAI, (((480, 1200),),) * 7, {}, {})


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def hour(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("window", "start", "hours", "due"),
    [
        (SUPER, "2026-11-23T03:10", 0.5, "2026-11-23T03:40"),
        (GOLD, "2026-11-23T23:00", 4, "2026-11-24T09:00"),
        (SILVER, "2026-11-23T19:00", 24, "2026-11-25T19:00"),
        (NORMAL, "2026-11-20T17:00", 24, "2026-11-25T17:00"),
    ],
    ids=["super 03:10", "gold 23:00", "silver Monday 19:00", "normal Friday 17:00"],
)
def test_the_worked_examples_of_the_service_windows(window: Hours, start: str, hours: float, due: str) -> None:
    assert rules.add(window, at(start), hour(hours)) == at(due)
    assert rules.between(window, at(start), at(due)) == hour(hours)
    assert rules.add(window, at(due), -hour(hours)) == at(start)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-09-30T17:00", 2, "2026-10-08T10:00"),  # National Day lies between
        ("2026-02-13T17:00", 2, "2026-02-14T10:00"),  # Saturday the 14th is worked for the Spring Festival
        ("2026-10-10T12:30", 1, "2026-10-10T14:00"),  # a make-up Saturday has a lunch break too
        ("2026-11-21T11:00", 1, "2026-11-23T10:00"),  # an ordinary Saturday is not worked
    ],
)
def test_holidays_stop_the_clock_and_make_up_workdays_run_it(start: str, hours: float, due: str) -> None:
    assert rules.add(NORMAL, at(start), hour(hours)) == at(due)


def test_a_clock_that_runs_out_as_work_ends_runs_out_then() -> None:
    """Not at the next morning: whoever has until 18:00 is late at 18:01."""
    assert rules.add(NORMAL, at("2026-11-23T17:00"), hour(1)) == at("2026-11-23T18:00")
    assert not rules.is_working(NORMAL, at("2026-11-23T18:00"))
    assert rules.is_working(NORMAL, at("2026-11-23T17:59"))
    assert rules.add(NORMAL, at("2026-11-22T10:00"), timedelta(0)) == at("2026-11-22T10:00")


def test_a_calendar_without_working_time_says_so() -> None:
    never = Hours(SHANGHAI, ((),) * 7, {}, {})
    with pytest.raises(rules.NoWorkingTime):
        rules.add(never, at("2026-11-23T10:00"), hour(1))
    with pytest.raises(rules.NoWorkingTime):
        rules.add_workdays(never, date(2026, 11, 23), -1)
    assert rules.between(never, at("2026-11-23T10:00"), at("2026-12-23T10:00")) == hour(0)


def test_the_hour_that_clocks_leave_out_is_no_working_time() -> None:
    """In Berlin 02:00 to 03:00 does not exist on 2026-03-29, and comes twice on 2026-10-25."""
    berlin = ZoneInfo("Europe/Berlin")
    night = Hours(berlin, (((60, 240),),) * 7, {}, {})
    days = {day: sum((end - start for start, end in rules.spans(night, day)), hour(0)) for day in (
        date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))}  # fmt: skip
    assert list(days.values()) == [hour(3), hour(2), hour(4)]
    split = Hours(berlin, (((60, 150), (150, 240)),) * 7, {}, {})
    pieces = rules.spans(split, date(2026, 3, 29))
    assert sum((end - start for start, end in pieces), hour(0)) == hour(2)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(pieces))


def test_every_day_since_2010_agrees_with_an_independent_list() -> None:
    day = date(2010, 1, 1)
    while day <= date(2026, 12, 31):
        assert rules.is_workday(NORMAL, day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def reference(start: datetime, end: datetime) -> int:
    """Minutes of office time in between, counted by another list of holidays and by plain subtraction of minutes."""
    first, last = (moment.astimezone(SHANGHAI).replace(tzinfo=None) for moment in (start, end))
    total, day = 0, first.date()
    while day <= last.date():
        if chinese_calendar.is_workday(day):
            midnight = datetime(day.year, day.month, day.day)
            low = max(0, int((first - midnight).total_seconds() // 60))
            high = min(1440, int((last - midnight).total_seconds() // 60))
            total += sum(max(0, min(high, to) - max(low, begin)) for begin, to in OFFICE)
        day += timedelta(days=1)
    return total


MINUTE = st.integers(0, int((datetime(2026, 12, 31) - datetime(2010, 1, 1)).total_seconds() // 60))


@settings(max_examples=400, deadline=None)
@given(start=MINUTE, length=st.integers(0, 60 * 24 * 60))
def test_random_intervals_agree_with_the_independent_count(start: int, length: int) -> None:
    check(start, length)


@pytest.mark.deep
@settings(max_examples=10_000, deadline=None)
@given(start=MINUTE, length=st.integers(0, 60 * 24 * 60))
def test_ten_thousand_random_intervals_agree(start: int, length: int) -> None:
    check(start, length)


def check(start: int, length: int) -> None:
    begin = at("2010-01-01T00:00") + timedelta(minutes=start)
    end = min(begin + timedelta(minutes=length), at("2026-12-31T23:59"))
    begin = min(begin, end)
    assert rules.between(NORMAL, begin, end) == timedelta(minutes=reference(begin, end))


INTERVALS = st.lists(st.integers(0, 96), max_size=8, unique=True).map(
    lambda marks: tuple(
        (first * 15, last * 15) for first, last in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    )
)


@settings(max_examples=150, deadline=None)
@given(
    week=st.lists(INTERVALS, min_size=7, max_size=7).filter(any),
    own=st.dictionaries(st.dates(date(2025, 12, 1), date(2026, 3, 31)), st.none() | INTERVALS, max_size=10),
    country=st.sampled_from(["", "CN", "DE"]),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    minutes=st.integers(0, 6_000),
)
def test_what_is_added_is_what_is_measured(
    week: list[Any], own: Any, country: str, zone: str, start: datetime, minutes: int
) -> None:
    hours = Hours(ZoneInfo(zone), tuple(week), own, {}, country)
    begin, amount = start.replace(tzinfo=UTC), timedelta(minutes=minutes)
    due = rules.add(hours, begin, amount)
    assert due >= begin
    assert rules.between(hours, begin, due) == amount
    assert rules.between(hours, due, begin) == -amount
    middle = rules.add(hours, begin, amount / 3)
    assert rules.add(hours, middle, amount - amount / 3) == due
    back = rules.add(hours, due, -amount)
    assert begin <= back <= due
    assert rules.between(hours, back, due) == amount


@settings(max_examples=100, deadline=None)
@given(day=st.dates(date(2015, 1, 1), date(2025, 12, 31)), count=st.integers(-40, 40).filter(bool))
def test_the_nth_working_day_is_a_working_day_and_the_nth(day: date, count: int) -> None:
    found = rules.add_workdays(NORMAL, day, count)
    assert chinese_calendar.is_workday(found)
    low, high = (day + timedelta(days=1), found) if count > 0 else (found, day - timedelta(days=1))
    assert rules.workdays(NORMAL, low, high) == abs(count)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00–12:00, 13:00–18:00", OFFICE),
        ("13:00-18:00；9-12", OFFICE),
        ("９：００～１２：００、１３：００至１８：００", OFFICE),
        ("00:00-24:00", ((0, 1440),)),
        ("全天", ((0, 1440),)),
        ("休", ()),
        ("", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, expected: Any) -> None:
    assert read_hours(text) == expected
    assert read_hours(write_hours(expected)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("09:00-12:00, 11:00-13:00", "overlap"),
        ("18:00-09:00", "ends before it begins"),
        ("09:00-09:00", "ends before it begins"),
        ("09:61-12:00", "no time of day"),
        ("25:00-26:00", "no time of day"),
        ("24:01-25:00", "no time of day"),
        ("nine to five", "no"),
        ("09:00", "no interval"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_the_text(app: Any, text: str, message: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}), pytest.raises(Refused, match=message):
        read_hours(text)


def values(**changed: Any) -> dict[str, Any]:
    return {"zh": "仓库", "en": "Warehouse", "weekly": WEEK, "public_days": True} | changed


def department(name: str, parent: int | None = None) -> int:
    from kezhi.builtin.accounts.services import add_department

    return int(add_department(name, parent_id=parent).id)


def test_a_department_works_by_the_nearest_calendar_above_it(app: Any) -> None:
    with writing():
        top = department("运营")
        middle = department("仓储", top)
        low = department("夜班", middle)
        services.add_calendar(values(weekly=[((0, 360),)] * 7), [middle])
    start = at("2026-11-23T20:00")
    for place, due in ((top, "2026-11-24T10:00"), (middle, "2026-11-24T01:00"), (low, "2026-11-24T01:00")):
        assert services.add_working_time(start, hour(1), place) == at(due)
    assert services.add_working_time(start, hour(1)) == at("2026-11-24T10:00")


def test_the_companys_exceptions_hold_for_calendars_that_keep_public_days(app: Any) -> None:
    company = services.all_calendars()[0][0].id
    with writing():
        follower = services.add_calendar(values()).id
        desk = services.add_calendar(values(zh="热线", public_days=False)).id
        services.set_days(company, date(2026, 11, 23), date(2026, 11, 24), (), "搬迁")
        services.set_days(company, date(2026, 11, 28), date(2026, 11, 28), None, "补班")
        services.set_days(follower, date(2026, 11, 24), date(2026, 11, 24), ((600, 660),))
    start = at("2026-11-23T08:00")
    for calendar, first, saturday in (
        (company, "2026-11-25T10:00", True), (follower, "2026-11-24T11:00", True), (desk, "2026-11-23T10:00", False)
    ):  # fmt: skip
        hours = services.hours_of(calendar)
        assert rules.add(hours, start, hour(1)) == at(first)
        assert rules.is_workday(hours, date(2026, 11, 28)) is saturday


def test_exceptions_are_replaced_and_taken_back(app: Any) -> None:
    company = services.all_calendars()[0][0].id
    day = date(2026, 11, 23)
    with writing():
        services.set_days(company, day, day, ())
        services.set_days(company, day, day, ((540, 600),))
    assert rules.between(services.hours_of(company), at("2026-11-23T00:00"), at("2026-11-24T00:00")) == hour(1)
    with writing():
        assert services.remove_days(company, day, date(2026, 12, 31)) == 1
    assert rules.between(services.hours_of(company), at("2026-11-23T00:00"), at("2026-11-24T00:00")) == hour(8)


def test_too_many_days_or_days_the_wrong_way_round_are_refused(app: Any) -> None:
    company = services.all_calendars()[0][0].id
    for first, last in ((date(2026, 2, 2), date(2026, 2, 1)), (date(2026, 1, 1), date(2027, 6, 1))):
        with pytest.raises(Refused), writing():
            services.set_days(company, first, last, ())
    db.session.rollback()
    assert db.session.query(ExceptionalDay).count() == 0


def test_a_year_without_published_make_up_days_can_be_completed_by_hand(app: Any, add_person: Any) -> None:
    assert services.is_complete(2026)
    assert not services.is_complete(2027)
    with acting_as(add_person("department-manager")), writing():
        services.complete_year(2027)
        services.complete_year(2027)
    assert services.is_complete(2027)
    with writing():
        services.reopen_year(2027)
    assert not services.is_complete(2027)
    assert public_days.of_year("DE", 2027).is_published, "only China announces make-up days"
    assert public_days.of_year("XX", 2027).holidays == {}


def test_a_calendar_is_refused_that_could_not_work(app: Any) -> None:
    for wrong in (values(zh=" "), values(weekly=[()] * 7), values(zh="x" * 61), values(zh="标准工作时间")):
        with pytest.raises(Refused), writing():
            services.add_calendar(wrong)
        db.session.rollback()
    company = services.all_calendars()[0][0]
    with pytest.raises(Refused), writing():
        services.delete_calendar(company.id, company.version)
    db.session.rollback()
    assert db.session.query(Calendar).count() == 1


def test_the_second_of_two_changes_is_told_of_the_first(app: Any) -> None:
    with writing():
        calendar = services.add_calendar(values())
        number, version = calendar.id, calendar.version
    with writing():
        services.change_calendar(number, version, values(en="Store"))
    with pytest.raises(Conflict), writing():
        services.change_calendar(number, version, values(en="Depot"))
    db.session.rollback()
    with pytest.raises(Conflict), writing():
        services.delete_calendar(number, version)
    db.session.rollback()
    assert services.calendar_by_id(number).en == "Store"
    with writing():
        services.delete_calendar(number, version + 1)
    assert db.session.query(Calendar).count() == 1


def test_working_time_takes_the_same_few_statements_whatever_the_calendars(app: Any, statements: Any) -> None:
    with writing():
        place = department("运营")
        services.add_calendar(values(), [place])
    services.add_working_time(at("2026-11-23T20:00"), hour(100), place)  # the settings are read once
    counted = []
    for more in (0, 40):
        with writing():
            for at_ in range(more):
                services.add_calendar(values(zh=f"日历{at_}"))
        db.session.rollback()
        with statements() as seen:
            services.add_working_time(at("2026-11-23T20:00"), hour(100), place)
        counted.append(seen.count)
    assert counted[0] == counted[1] <= 6
