"""How every obligation stands is recorded once a day: the history is evidence itself (PER-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import func, insert, select, update

from kezhi import db

from ..lines import all_lines
from ..models import Stretch
from .board import Row
from .states import OVERDUE


def record(rows: Sequence[Row], today: date) -> int:
    """Record the states of a day, inside ``writing()``; gives how many. What is recorded of a day stays."""
    newest = _newest()
    grown, new = [], []
    for row in rows:
        last, breaches = newest.get(row.line.key), row.found.breaches
        if last is not None and last.last_on >= today:
            continue
        if last is not None and last.state == row.state and last.last_on == today - timedelta(days=1):
            grown.append({"id": last.id, "last_on": today, "breaches": max(last.breaches, breaches)})
        else:
            new.append({"line": row.line.key, "state": row.state, "first_on": today, "last_on": today,
                        "breaches": breaches})  # fmt: skip
    if grown:
        db.session.execute(update(Stretch), grown)
    if new:
        db.session.execute(insert(Stretch), new)
    return len(grown) + len(new)


def _newest() -> Mapping[str, Stretch]:
    """The last stretch of every line: one statement."""
    last = select(func.max(Stretch.id)).group_by(Stretch.line)
    return {each.line: each for each in db.session.scalars(select(Stretch).where(Stretch.id.in_(last)))}


def history(key: str, since: date) -> Sequence[Stretch]:
    """The stretches of a line that reach into the days from ``since`` on, oldest first."""
    statement = select(Stretch).where(Stretch.line == key, Stretch.last_on >= since)
    return db.session.scalars(statement.order_by(Stretch.first_on, Stretch.id)).all()


def overdue_lines(today: date) -> list[tuple[str, date, int]]:
    """What was overdue when it was last recorded, today or yesterday, since when, and its breaches; the oldest first.

    For counts and the first page: they do not ask for the evidence anew.
    """
    known = sorted(all_lines())
    statement = select(Stretch.line, Stretch.first_on, Stretch.breaches).where(
        Stretch.last_on == select(func.max(Stretch.last_on)).scalar_subquery(),
        Stretch.last_on >= today - timedelta(days=1),
        Stretch.state == OVERDUE,
        Stretch.line.in_(known),
    )
    rows = db.session.execute(statement.order_by(Stretch.first_on, Stretch.line))
    return [(row.line, row.first_on, row.breaches) for row in rows]
