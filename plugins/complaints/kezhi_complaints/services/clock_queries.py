"""Reading clocks: of one complaint, of many for the command line, and what differs from what is stored (CMP-30)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from kezhi import db

from .clocks import Lap, laps
from .following import BATCH, CLOCK, COMPLAINTS, RUNS, clock_row, follow, histories, run_rows, told_of
from .promises import Promises, promises

RUN_FIELDS = ("kind", "round", "started_at", "minutes", "due_at", "stopped_at", "used")
#: what of a run that is over does not depend on the calendar, which may be another one today
FIXED_FIELDS = ("kind", "round", "started_at", "minutes", "stopped_at")


def laps_of(complaint_id: int, rules: Promises | None = None) -> list[Lap]:
    """The clocks of a complaint, computed from its events now."""
    rules = rules or promises()
    return laps(histories([complaint_id])[complaint_id], rules.level_at)


def batches() -> Iterator[list[int]]:
    """The ids of all complaints, ``BATCH`` at a time."""
    last = 0
    while True:
        rows = select(COMPLAINTS.c.id).where(COMPLAINTS.c.id > last).order_by(COMPLAINTS.c.id).limit(BATCH)
        ids = list(db.session.scalars(rows))
        if not ids:
            return
        yield ids
        last = ids[-1]


def recompute(ids: list[int], rules: Promises | None = None) -> None:
    """Compute the clocks of at most ``BATCH`` complaints anew, also those that are over. Inside ``writing()``."""
    follow(ids, rules)


def differing() -> tuple[int, int]:
    """How many complaints have other clocks than their events say, and how many there are."""
    rules, wrong, count = promises(), 0, 0
    for ids in batches():
        count += len(ids)
        wrong += len(_differing(ids, rules))
    return wrong, count


def _differing(ids: list[int], rules: Promises) -> list[int]:
    told, clocks = told_of(ids), {}
    for row in db.session.execute(select(CLOCK).where(CLOCK.c.complaint_id.in_(ids))).mappings():
        clocks[row["complaint_id"]] = dict(row)
    runs: dict[int, list[dict[str, Any]]] = {}
    for row in db.session.execute(select(RUNS).where(RUNS.c.complaint_id.in_(ids))).mappings():
        runs.setdefault(row["complaint_id"], []).append(dict(row))
    found = []
    for complaint_id, history in histories(ids).items():
        stored = clocks.get(complaint_id)
        if stored is None:
            continue  # the next look of the job computes it
        if stored["basis"] not in ("", rules.basis):
            continue
        now = laps(history, rules.level_at)
        same = bool(now) and (not stored["basis"] or stored == clock_row(complaint_id, history, now, told, rules))
        fields = RUN_FIELDS if stored["basis"] else FIXED_FIELDS
        if not same or _kept(runs.get(complaint_id, []), fields) != _kept(run_rows(complaint_id, now, told), fields):
            found.append(complaint_id)
    return found


def _kept(rows: list[dict[str, Any]], fields: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in fields) for row in rows), key=lambda row: (row[0], row[1]))


def count_open() -> int:
    """How many complaints have an open clock."""
    return int(db.session.scalar(select(func.count()).where(CLOCK.c.basis > "")) or 0)
