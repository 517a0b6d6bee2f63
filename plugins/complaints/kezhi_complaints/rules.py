"""The rules of the judgement as plain functions (CMP-03, CMP-04). Nothing here reads the database."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from kezhi import lazy_gettext as _l

from .models import (
    ANONYMOUS_UNTRUE,
    GRAVE,
    GROUNDS,
    INVALID,
    MALICIOUS,
    ORDINARY,
    OUTSIDE_PROMISES,
    QUARREL,
    TOO_LATE,
    VALID,
)

#: kinds, and with them those below, that are about attitude: only for these there is a limit of time
ATTITUDE = frozenset({"rude", "arrogance"})
SEVERITIES = {VALID: (ORDINARY, GRAVE), INVALID: (ORDINARY, MALICIOUS)}


@dataclass(frozen=True, slots=True)
class Case:
    """What of a complaint the grounds depend on. ``received_on`` is a day in the company's time zone."""

    anonymous: bool
    attitude: bool
    happened_on: date | None
    received_on: date


def last_day(happened_on: date) -> date:
    """Until when a complaint about attitude can be raised: the same day of the next month, its last where absent.

    A complaint received on that day is in time. ``happened_on`` is the last day on which it happened.
    """
    year, month = divmod(happened_on.year * 12 + happened_on.month, 12)
    month += 1
    return date(year, month, min(happened_on.day, monthrange(year, month)[1]))


def is_late(case: Case) -> bool:
    """Whether the sixth ground holds: about attitude, and raised more than one month after the event."""
    return case.attitude and case.happened_on is not None and case.received_on > last_day(case.happened_on)


def why_not(ground: str, case: Case) -> Any:
    """Why a ground cannot be chosen, as a text; empty where it can."""
    if ground == ANONYMOUS_UNTRUE and not case.anonymous:
        return _l("the complaint is not anonymous")
    if ground != TOO_LATE:
        return "" if ground in GROUNDS else _l("there is no such ground")
    if not case.attitude:
        return _l("it is not about attitude")
    if case.happened_on is None:
        return _l("the day of the event is not on record")
    if not is_late(case):
        return _l("raised in time: the last day was %(day)s", day=last_day(case.happened_on))
    return ""


def suggested_severity(validity: str, ground: str = "", *, improper: bool = False, untrue: bool = False) -> str:
    """What follows from the ground: ordinary or malicious. ``improper``: the demand is; ``untrue``: the main facts are.

    Of a valid complaint ordinary: grave follows from what it did outside, which people say.
    """
    if validity == VALID:
        return ORDINARY
    if ground == QUARREL:
        return MALICIOUS
    if ground == OUTSIDE_PROMISES and improper:
        return MALICIOUS
    if ground == ANONYMOUS_UNTRUE and untrue:
        return MALICIOUS
    return ORDINARY
