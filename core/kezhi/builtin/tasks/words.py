"""When something is due, in words: how late it is, today, a day of this week, a date."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from babel.dates import format_date
from flask_babel import get_locale

from kezhi import clock
from kezhi.i18n import _, ngettext

Group = Literal["late", "today", "week", "later"]
LAST_MINUTE = "23:59"  #: due on a day, at no hour


def group_of(due: datetime, now: datetime) -> Group:
    """Overdue, due today, due by Sunday, or later; both are in the company's zone."""
    if due < now:
        return "late"
    day, today = due.date(), now.date()
    if day == today:
        return "today"
    return "week" if day <= today + timedelta(days=6 - today.weekday()) else "later"


def due_words(due_at: datetime) -> tuple[str, str]:
    """The words for when something is due, and their tone."""
    local, now = clock.local(due_at), clock.local(clock.now())
    group, today = group_of(local, now), now.date()
    if group == "late":
        return late_words(local, now), "red"
    time = local.strftime("%H:%M")
    if group == "today":
        return (str(_("due today")) if time == LAST_MINUTE else time), "amber"
    if group == "week":
        return str(format_date(local.date(), "MM-dd EEE", locale=get_locale())), "gray"
    return local.strftime("%m-%d" if local.year == today.year else "%Y-%m-%d"), "gray"


def late_words(due: datetime, now: datetime) -> str:
    """How late something is: by days of the calendar, within a day by hours."""
    late, days = now - due, (now.date() - due.date()).days
    if days > 0 and (late >= timedelta(hours=12) or due.strftime("%H:%M") == LAST_MINUTE):
        return str(ngettext("%(num)s day late", "%(num)s days late", days))
    hours = int(late.total_seconds()) // 3600
    if hours:
        return str(ngettext("%(num)s hour late", "%(num)s hours late", hours))
    return str(ngettext("%(num)s minute late", "%(num)s minutes late", max(1, int(late.total_seconds()) // 60)))
