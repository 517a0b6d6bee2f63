"""``kezhi calendar``: the days of a year, and sums in working time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import click
from sqlalchemy import select

from kezhi import NotFound, Refused, clock, db
from kezhi.builtin.accounts.models import Department
from kezhi.cli import print_json
from kezhi.i18n import _


@click.group("calendar")
def calendar_command() -> None:
    """Show the working calendar, add and measure working time."""


DEPARTMENT = click.option("--department", default="", metavar="NAME", help="By the calendar of this department.")


@calendar_command.command("days")
@click.argument("year", type=click.IntRange(1949, 2100))
@DEPARTMENT
@click.option("--json", "as_json", is_flag=True)
def days(year: int, department: str, as_json: bool) -> None:
    """List the days of a year that are unlike their weekday."""
    from .services import is_complete, working_hours
    from .spelling import write_hours

    hours = working_hours(_department(department))
    found: list[dict[str, Any]] = []
    for at in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + timedelta(days=at)
        kind, intervals = hours.day(day)
        if kind not in ("work", "rest"):
            found.append({"day": day.isoformat(), "kind": kind, "hours": write_hours(intervals)})
    if as_json:
        print_json({"year": year, "complete": is_complete(year), "days": found})
        return
    names = {"holiday": _("Public holiday"), "make-up": _("Make-up workday"), "exception": _("Exception")}
    for row in found:
        click.echo(f"{row['day']}  {names[row['kind']]:<16}  {row['hours'] or '—'}")
    if not is_complete(year):
        click.echo(_("The make-up workdays of %(year)s are not published.", year=year), err=True)


@calendar_command.command("add")
@click.argument("start")
@click.argument("hours", type=float)
@DEPARTMENT
@click.option("--json", "as_json", is_flag=True)
def add(start: str, hours: float, department: str, as_json: bool) -> None:
    """When HOURS of working time have passed since START (2026-02-13T17:00, in the company's zone)."""
    from .services import add_working_time

    try:
        amount = timedelta(seconds=round(hours * 3600))
    except (OverflowError, ValueError) as error:
        raise Refused(_("“%(text)s” is no number of hours.", text=hours)) from error
    due = clock.local(add_working_time(_instant(start), amount, _department(department)))
    print_json({"due": due.isoformat()}) if as_json else click.echo(f"{due:%Y-%m-%d %H:%M}")


@calendar_command.command("between")
@click.argument("start")
@click.argument("end")
@DEPARTMENT
@click.option("--json", "as_json", is_flag=True)
def between(start: str, end: str, department: str, as_json: bool) -> None:
    """The working time from START to END, in hours and minutes."""
    from .services import working_time

    seconds = round(working_time(_instant(start), _instant(end), _department(department)).total_seconds())
    minutes = abs(seconds) // 60
    text = f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02}"
    print_json({"seconds": seconds}) if as_json else click.echo(text)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(_("“%(text)s” is no date and time; write it like 2026-02-13T17:00.", text=text)) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=clock.company_zone()).astimezone(UTC)


def _department(name: str) -> int | None:
    if not name:
        return None
    found = db.session.scalar(select(Department.id).where(Department.name == name))
    if found is None:
        raise NotFound(_("There is no department “%(name)s”.", name=name))
    return int(found)
