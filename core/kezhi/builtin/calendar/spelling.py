"""Hours as people write them: ``09:00–12:00, 13:00–18:00``."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from kezhi import Refused
from kezhi.i18n import _

from .hours import MINUTES, Interval

#: Words for a day without work.
NOTHING = {"", "-", "—", "休", "休息", "off", "closed"}
ALL_DAY = {"全天", "24h", "all day"}
_BETWEEN = re.compile(r"\s*(?:-|–|—|―|~|至|到|to)\s*")
_SPLIT = re.compile(r"[,;、/\s]+")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?")


def read_hours(text: str) -> tuple[Interval, ...]:
    """The intervals of a day, in order, adjacent ones as they were written. Errors: ``Refused`` with what is wrong."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    if text in NOTHING:
        return ()
    if text in ALL_DAY:
        return ((0, MINUTES),)
    found = [_interval(part) for part in _SPLIT.split(_BETWEEN.sub("-", text)) if part]
    found.sort()
    for earlier, later in pairwise(found):
        if later[0] < earlier[1]:
            texts = {"first": write_hours((earlier,)), "second": write_hours((later,))}
            raise Refused(_("%(first)s and %(second)s overlap.", **texts))
    return tuple(found)


def write_hours(intervals: tuple[Interval, ...]) -> str:
    """What :func:`read_hours` reads; empty for a day without work."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in intervals)


def _interval(text: str) -> Interval:
    parts = text.split("-")
    if len(parts) != 2:
        raise Refused(_("“%(text)s” is no interval; write it like 09:00–12:00.", text=text))
    start, end = (_minute(part) for part in parts)
    if start >= end:
        raise Refused(_("%(text)s ends before it begins. Hours past midnight belong to the next day.", text=text))
    return start, end


def _minute(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    minute = int(found[1]) * 60 + int(found[2] or 0) if found else -1
    if not found or int(found[2] or 0) > 59 or minute > MINUTES:
        raise Refused(_("“%(text)s” is no time of day; write it like 09:00.", text=text))
    return minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
