"""Who has a month on the desk, until when, and who is told (TRD-03, TSK-01, TSK-02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import url_for

from kezhi import User, can, clock, setting
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import load_users
from kezhi.builtin.calendar.hours import Hours, add_workdays
from kezhi.builtin.calendar.services import working_hours

from .calendar_months import end_of
from .models import Month
from .services.months import STEPS, Step, due_steps, is_collected, last_months, month_rows, why_not
from .services.rows import first_month

NOTICE = "trade.month"
#: So many months back something can be somebody's task; without a first month only the last one.
BACK = 12


def due_on(month: date, step: Step, hours: Hours | None = None) -> date:
    """The day by which a step of a month is due: so many workdays after the month."""
    return add_workdays(hours or working_hours(), end_of(month), int(setting("trade", step.setting)))


def holders(step: Step) -> list[User]:
    """The active people whose step it is, by name; administrators, who may do everything, only for want of others."""
    people = [user for user in load_users(Account.active.is_(True)) if user.can(step.permission)]
    return [user for user in people if not user.all_permissions] or people


def page_of(reference: str) -> str:
    """The page of a month, for who may see it."""
    return url_for("trade.month", month=reference) if can("trade.months") else ""


# ── tasks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def task_kinds() -> list[Any]:
    """One kind of task per step."""
    from kezhi.builtin.tasks.contributions import TaskKind

    def kind(step: Step) -> Any:
        def duties() -> Sequence[Any]:
            return _duties(step)

        return TaskKind(f"trade.{step.key}_month", step.title, page=page_of, icon="calendar2-check", clause="TRD-03",
                        duties=duties)  # fmt: skip

    return [kind(step) for step in STEPS.values()]


def _duties(step: Step) -> list[Any]:
    """A task per month and person whose turn it is; none while the company runs without confirmation."""
    from kezhi.builtin.tasks.contributions import Occasion

    if not setting("trade", "confirm_months"):
        return []
    months = [month for month in last_months(BACK if first_month() else 1) if is_collected(month)]
    rows = month_rows(months[-1], months[0]) if months else {}
    waiting = [month for month in months if step in due_steps(rows.get(month))]
    if not waiting:
        return []
    people, hours = holders(step), working_hours()
    return [
        Occasion(f"{month:%Y-%m}:{_since(rows.get(month), step)}:{user.id}", _evening(due_on(month, step, hours)),
                 user.id, subject=f"{month:%Y-%m}", reference=f"{month:%Y-%m}")
        for month in waiting
        for user in people
        if not why_not(month, rows.get(month), step, user)
    ]  # fmt: skip


def _since(row: Month | None, step: Step) -> str:
    """What tells one turn of a step from the next one, after the month was sent back."""
    if row is None or step.key == "submit":
        return str(row.version if row else 0)
    at = row.submitted_at if step.key == "check" else row.checked_at
    return f"{at:%Y%m%dT%H%M%S}"


def _evening(day: date) -> datetime:
    """The end of a day, where the company is."""
    return datetime.combine(day + timedelta(days=1), time.min, clock.company_zone()).astimezone(UTC)


# ── notices ─────────────────────────────────────────────────────────────────────────────────────────────────────


def notice_kinds() -> list[Any]:
    """The kind of notice about months."""
    from kezhi.builtin.tasks.contributions import NoticeKind

    return [
        NoticeKind(NOTICE, _l("A month of figures waits for me, or was sent back"), page=page_of,
                   icon="calendar2-check", permission="trade.months"),
    ]  # fmt: skip


def tell_next(row: Month) -> None:
    """Those whose turn it is now learn that a month waits for them."""
    name = f"{row.month:%Y-%m}"
    people = {user.id for step in due_steps(row) for user in holders(step) if not why_not(row.month, row, step, user)}
    _notify(people, _l("The figures of %(month)s wait for your step", month=name), name)


def tell_back(row: Month, logins: Sequence[str]) -> None:
    """Those whose signature was taken away, and whose turn it is again, learn that a month was sent back."""
    name = f"{row.month:%Y-%m}"
    signers = load_users(Account.login.in_(sorted(logins))) if logins else []
    people = {user.id for user in signers} | {user.id for step in due_steps(row) for user in holders(step)}
    _notify(people, _l("The figures of %(month)s were sent back: see why", month=name), name)


def _notify(people: set[int | None], text: Any, month: str) -> None:
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify
    from kezhi.builtin.tasks.services.notices import is_there

    if is_there():
        notify(NOTICE, [person for person in people if person is not None], text, About(month, month))
