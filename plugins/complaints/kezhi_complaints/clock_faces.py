"""How a stored clock looks at some moment, for lists, boards and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kezhi.builtin.calendar.hours import between

from .clock_words import clock_text, short_text, tone_of
from .services.clocks import MISSED, RUNNING, WAITING
from .services.promises import Promises


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


def face_of(
    rules: Promises,
    level_id: int,
    minutes: int,
    due_at: datetime | None,
    remaining: int | None,
    paused: bool,
    now: datetime,
) -> Face:
    """The face of the leading clock from what is stored of it (``models.Clock``)."""
    target = timedelta(minutes=minutes)
    if due_at is None:
        left = timedelta(seconds=remaining or 0)
        state = WAITING
    else:
        left = between(rules.by_id[level_id].hours, now, due_at)
        state = MISSED if now > due_at else WAITING if paused else RUNNING
    share = 1_000_000 if state == MISSED else 1_000_000 - left * 1_000_000 // target
    return Face(state, left, max(0, min(1_000_000, share)))
