"""The board: every obligation with its latest evidence and its state, in a number of statements that data do not raise.

It speaks of the whole company; who may see it is up to the permission ``policy.read`` of its pages and commands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import func, select

from kezhi import clock, db
from kezhi.builtin.calendar.hours import is_workday
from kezhi.builtin.calendar.services import working_hours

from ..contributions import Found
from ..lines import Line, all_lines
from ..models import Exemption, Stretch
from ..periods import IsWorkday, period_of
from .evidence import Trouble, done_days, look
from .states import (
    DUE,
    EXEMPT,
    KEPT,
    OVERDUE,
    UNKNOWN,
    UNMEASURED,
    State,
    Turn,
    horizon,
    state_of,
    state_of_turns,
    turns,
)

__all__ = ["DUE", "EXEMPT", "KEPT", "OVERDUE", "UNKNOWN", "UNMEASURED", "Row", "board", "counts"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board. ``due_on`` is the day by which it has to be done next; None for what always holds."""

    line: Line
    state: State
    found: Found
    turns: tuple[Turn, ...] = ()
    due_on: date | None = None
    exemption: Exemption | None = None
    trouble: str = ""


def board(keys: Iterable[str] | None = None, today: date | None = None) -> list[Row]:
    """The obligations with their states; of ``keys`` only. Call it outside of a write transaction."""
    today = today or clock.today()
    wanted = None if keys is None else set(keys)
    lines = [line for key, line in all_lines().items() if wanted is None or key in wanted]
    exempt, since = exemptions(), _first_days()
    workday = _is_workday()
    answers = look(lines, today)
    return [_row(line, answers.get(line.key, Found()), exempt.get(line.key), since, today, workday) for line in lines]


def counts(rows: Sequence[Row]) -> Mapping[str, int]:
    """How many obligations are in each state."""
    return Counter(row.state for row in rows)


def exemptions() -> dict[str, Exemption]:
    """What does not apply to the company at present, by line."""
    found = db.session.scalars(select(Exemption).where(Exemption.ended_at.is_(None)).order_by(Exemption.id))
    return {each.line: each for each in found}


def _first_days() -> dict[str, date]:
    """Since when each line is on record: nobody missed anything before."""
    rows = db.session.execute(select(Stretch.line, func.min(Stretch.first_on)).group_by(Stretch.line))
    return {row[0]: row[1] for row in rows}


def _is_workday() -> IsWorkday:
    hours = working_hours()
    return lru_cache(maxsize=None)(lambda day: is_workday(hours, day))


def _row(
    line: Line,
    answer: Found | Trouble,
    exemption: Exemption | None,
    since: Mapping[str, date],
    today: date,
    workday: IsWorkday,
) -> Row:
    evidence = line.evidence
    if evidence is None or evidence.without:
        return Row(line, EXEMPT if exemption else UNMEASURED, Found(), exemption=exemption)
    if isinstance(answer, Trouble):
        return Row(line, EXEMPT if exemption else UNKNOWN, Found(), exemption=exemption, trouble=answer.reason)
    found, by_schedule, seen, due_on = answer, None, tuple[Turn, ...](), None
    if evidence.schedule is not None:
        done = done_days(line, horizon(evidence.schedule, today))
        if isinstance(done, Trouble):
            return Row(line, EXEMPT if exemption else UNKNOWN, Found(), exemption=exemption, trouble=done.reason)
        begun = min([*done[:1], since.get(line.key, today), today])
        seen = tuple(turns(evidence.schedule, done, begun, today, workday))
        by_schedule, due_on = state_of_turns(seen), _next(line, seen, workday)
    state = EXEMPT if exemption else state_of(evidence, found, by_schedule)
    return Row(line, state, found, seen, due_on, exemption)


def _next(line: Line, seen: Sequence[Turn], workday: IsWorkday) -> date:
    """The day by which it has to be done next: of this period while it is open, else of the one to come."""
    assert line.evidence is not None
    schedule = line.evidence.schedule
    assert schedule is not None
    now = seen[-1]
    if now.state in ("due", "missed"):
        return now.due_on
    return schedule.due(period_of(schedule.rhythm, now.period.end + timedelta(days=1)), workday)
