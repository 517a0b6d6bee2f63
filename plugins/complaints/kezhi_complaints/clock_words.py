"""How clocks, their states and what customers want are called, and how time is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import _, lazy_pgettext

from .services.clocks import ANSWER, DEMAND, ENQUIRY, MET, MISSED, PLAN, PROBLEM, RESOLVE, RESPOND, RUNNING, WAITING

CLOCK_WORDS: dict[str, Any] = {
    PLAN: _l("First answer"),
    ANSWER: _l("Answer the enquiry"),
    RESPOND: _l("Respond to the demand"),
    RESOLVE: _l("Resolve the problem"),
}
#: what stops each of them
STOP_WORDS: dict[str, Any] = {
    PLAN: _l("Stops with a handling plan or a solution on record."),
    ANSWER: _l("Stops with the answer to the customer."),
    RESPOND: _l("Stops when the customer hears what we are going to do, once there is a plan."),
    RESOLVE: _l("Stops when the customer has the result."),
}
DEMAND_WORDS: dict[str, Any] = {
    ENQUIRY: lazy_pgettext("complaint", "An enquiry"),
    DEMAND: lazy_pgettext("complaint", "A demand"),
    PROBLEM: lazy_pgettext("complaint", "A problem"),
}
CLOCK_STATE_WORDS: dict[str, Any] = {
    RUNNING: lazy_pgettext("clock", "Running"),
    WAITING: lazy_pgettext("clock", "Paused"),
    MET: lazy_pgettext("clock", "Kept"),
    MISSED: lazy_pgettext("clock", "Missed"),
}
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
#: shares of the time left, in parts per million, up to which a clock is amber and red
AMBER, RED = 500_000, 250_000


def tone_of(state: str, share: int) -> str:
    """Green while more than half of the time is left, then amber, in the last quarter red; gray while it is paused."""
    if state in (WAITING, MET):
        return "gray" if state == WAITING else "green"
    left = 1_000_000 - share
    return "red" if state == MISSED or left <= RED else "amber" if left <= AMBER else "green"


def hours_minutes(amount: timedelta) -> str:
    """``3:37``, cut to the minute."""
    minutes = abs(amount) // MINUTE
    return f"{minutes // 60}:{minutes % 60:02}"


def time_left(left: timedelta) -> str:
    """Seconds count in the last hour only: ``07:06``, before it ``3:37``."""
    seconds = max(0, left // SECOND)
    return f"{seconds // 60:02}:{seconds % 60:02}" if left < HOUR else hours_minutes(left)


def clock_text(state: str, left: timedelta) -> str:
    """What a clock shows."""
    if state == WAITING:
        return str(CLOCK_STATE_WORDS[WAITING])
    if state == MISSED:
        return _("Overdue %(time)s", time=hours_minutes(left))
    return time_left(left)


def short_text(state: str, left: timedelta) -> str:
    """The same where it does not tick, in lists and on boards: ``44:10``, before the last hour ``5 h``."""
    if state == RUNNING and left >= HOUR:
        return _("%(count)s h", count=left // HOUR)
    return clock_text(state, left)


def span_text(minutes: int) -> str:
    """A target in words: ``30 minutes``, ``4 hours``."""
    if minutes % 60:
        return _("%(count)s min", count=minutes) if minutes < 60 else hours_minutes(timedelta(minutes=minutes)) + " h"
    return _("%(count)s h", count=minutes // 60)
