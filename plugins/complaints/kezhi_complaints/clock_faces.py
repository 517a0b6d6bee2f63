"""How a stored clock looks at some moment, for lists, boards and the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from kezhi.builtin.calendar.hours import Hours, spans

from .clock_words import clock_text, short_text, tone_of
from .services.clocks import MISSED, RUNNING, WAITING
from .services.promises import Promises

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Face:
    """A clock as it is shown: ``share`` is what is used, in parts per million."""

    state: str
    left: timedelta
    share: int

    @property
    def tone(self) -> str:
        return tone_of(self.state, self.share)

    @property
    def text(self) -> str:
        return clock_text(self.state, self.left)

    @property
    def short(self) -> str:
        return short_text(self.state, self.left)

    @property
    def percent(self) -> int:
        return self.share // 10_000


class ServiceTime:
    """The service time between one moment and many others: each day in between is looked at once.

    It says what ``between`` says. A page of overdue clocks would walk the same weeks for each of them.
    """

    def __init__(self, hours: Hours, now: datetime) -> None:
        self.hours, self.days = hours, dict[date, list[tuple[datetime, datetime]]]()
        self.first = self.last = now.astimezone(hours.zone).date()
        self.before = {self.first: timedelta(0)}  #: service time from the present day's midnight to that of another
        self.passed = self._since_midnight(now)

    def until(self, at: datetime) -> timedelta:
        """From that moment to ``at``; negative when ``at`` lies before."""
        return self._since_midnight(at) - self.passed

    def _since_midnight(self, at: datetime) -> timedelta:
        day = at.astimezone(self.hours.zone).date()
        while self.last < day:
            self.last += DAY
            self.before[self.last] = self.before[self.last - DAY] + _length(self._spans(self.last - DAY))
        while self.first > day:
            self.first -= DAY
            self.before[self.first] = self.before[self.first + DAY] - _length(self._spans(self.first))
        return self.before[day] + _length((start, min(end, at)) for start, end in self._spans(day) if start < at)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if day not in self.days:
            self.days[day] = spans(self.hours, day)
        return self.days[day]


def _length(found: Iterable[tuple[datetime, datetime]]) -> timedelta:
    return sum((end - start for start, end in found), timedelta(0))


@dataclass(slots=True)
class Present:
    """The promises at one moment, for the faces of many clocks."""

    rules: Promises
    now: datetime
    times: dict[int, ServiceTime] = field(default_factory=dict)

    def left(self, level_id: int, due_at: datetime) -> timedelta:
        """The service time from now to a deadline."""
        if level_id not in self.times:
            self.times[level_id] = ServiceTime(self.rules.by_id[level_id].hours, self.now)
        return self.times[level_id].until(due_at)


def face_of(
    present: Present, level_id: int, minutes: int, due_at: datetime | None, remaining: int | None, paused: bool
) -> Face:
    """The face of the leading clock from what is stored of it (``models.Clock``)."""
    target = timedelta(minutes=minutes)
    if due_at is None:
        left = timedelta(seconds=remaining or 0)
        state = WAITING
    else:
        left = present.left(level_id, due_at)
        state = MISSED if present.now > due_at else WAITING if paused else RUNNING
    share = 1_000_000 if state == MISSED else 1_000_000 - left * 1_000_000 // target
    return Face(state, left, max(0, min(1_000_000, share)))
