"""The live board: what is open and how much time is left, what was kept, and why people complain (CMP-21).

Everything counts what the reader may see, in a fixed number of statements; ``condition_of`` gives the list the
same complaints.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from kezhi import clock, db, visible

from ..models import OPEN_STATES, STATES, Complaint
from .entries import ENTRIES
from .following import CLOCK
from .report_months import Span, days_before, month_of, span_of
from .report_rows import COMPLAINTS, TOLD_CLOCKS, outcomes, received

C: Any = COMPLAINTS.c
Condition = ColumnElement[bool]
OVERDUE, HOUR, FOUR, TODAY, LATER, PAUSED, NONE = "overdue", "hour", "four", "today", "later", "paused", "none"
BUCKETS = (OVERDUE, HOUR, FOUR, TODAY, LATER, PAUSED, NONE)
WORST = 10
UNSCOPED: dict[str, Any] = {"kezhi_unscoped": True}  #: visible() narrows it already
OPEN: Any = C.state.in_(OPEN_STATES)


def bucket(now: datetime) -> Any:
    """In which part of the board the time left of an open complaint falls: each in just one."""
    due = CLOCK.c.due_at
    local = clock.local(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return case(
        (or_(CLOCK.c.complaint_id.is_(None), CLOCK.c.basis == ""), NONE),
        (or_(CLOCK.c.paused, due.is_(None)), PAUSED),
        (due < now, OVERDUE),
        (due < now + timedelta(hours=1), HOUR),
        (due < now + timedelta(hours=4), FOUR),
        (due < midnight, TODAY),
        else_=LATER,
    )


def this_month() -> Span:
    """From the beginning of the month on."""
    return span_of(month_of(clock.today()))


def last_days() -> Span:
    """The ninety days of the Pareto, today included."""
    tomorrow = clock.local(clock.now()).date() + timedelta(days=1)
    return days_before(tomorrow)


def condition_of(name: str, key: str) -> Condition:
    """The complaints that a figure of the board counts. Errors: ``LookupError``, ``ValueError`` for none of it."""
    parts = key.split("/")
    found: Any
    if name == "open":
        found = OPEN
    elif name == "state" and key in OPEN_STATES:
        found = C.state == key
    elif name == "left" and key in BUCKETS:
        found = _left(key)
    elif name == "cell" and len(parts) == 2 and parts[0] in STATES:
        found = and_(C.state == parts[0], _left(parts[1]))
    elif name == "clock":
        which, _mark, outcome = parts[0].partition("_")
        if which not in TOLD_CLOCKS or outcome not in ("kept", "missed"):
            raise LookupError(key)
        kept = outcomes(received(this_month()), clock.now()).subquery("kept")
        mine = select(kept.c.complaint_id).where(kept.c[which] == (1 if outcome == "kept" else 0))
        if len(parts) > 1:
            mine = mine.join(CLOCK, CLOCK.c.complaint_id == kept.c.complaint_id).where(CLOCK.c.tier == parts[1])
        found = C.id.in_(mine)
    elif name == "cause":
        found = and_(C.id.in_(received(last_days())), C.cause_id == int(key))
    else:
        raise LookupError(name)
    condition: Condition = found
    return condition


def _left(key: str) -> Condition:
    if key not in BUCKETS:
        raise LookupError(key)
    other = COMPLAINTS.alias("timed")
    mine = (
        select(other.c.id)
        .outerjoin(CLOCK, CLOCK.c.complaint_id == other.c.id)
        .where(other.c.state.in_(OPEN_STATES), bucket(clock.now()) == key)
    )
    condition: Condition = C.id.in_(mine)
    return condition


def open_ones() -> dict[tuple[str, str], int]:
    """How many open complaints there are by state and time left: one statement."""
    inner = (
        visible(Complaint)
        .outerjoin(CLOCK, CLOCK.c.complaint_id == C.id)
        .where(OPEN)
        .with_only_columns(C.state, bucket(clock.now()).label("left"))
        .subquery("board")
    )
    rows = select(inner.c.state, inner.c.left, func.count()).group_by(inner.c.state, inner.c.left)
    return {(state, left): count for state, left, count in db.session.execute(rows, execution_options=UNSCOPED)}


def kept_this_month() -> dict[str, dict[str, int]]:
    """How many complaints received this month kept and missed each clock, by tier: one statement."""
    kept = outcomes(received(this_month()), clock.now()).subquery("kept")
    sums = {
        f"{name}_{word}": func.sum(case((kept.c[name] == value, 1), else_=0))
        for name in TOLD_CLOCKS
        for word, value in (("kept", 1), ("missed", 0))
    }
    rows = (
        visible(Complaint)
        .join(kept, kept.c.complaint_id == C.id)
        .join(CLOCK, CLOCK.c.complaint_id == C.id)
        .with_only_columns(CLOCK.c.tier, *[value.label(name) for name, value in sums.items()])
        .group_by(CLOCK.c.tier)
    )
    return {
        row["tier"]: {name: int(row[name] or 0) for name in sums}
        for row in db.session.execute(rows, execution_options=UNSCOPED).mappings()
    }


def causes() -> list[tuple[int, str, str, int]]:
    """Why people complained in the last days: id, both names, how often; the most frequent first. One statement."""
    span, count = last_days(), func.count()
    rows = (
        visible(Complaint)
        .join(ENTRIES, ENTRIES.c.id == C.cause_id)
        .where(C.received_at >= span.start, C.received_at < span.end)
        .with_only_columns(ENTRIES.c.id, ENTRIES.c.zh, ENTRIES.c.en, count)
        .group_by(ENTRIES.c.id, ENTRIES.c.zh, ENTRIES.c.en)
        .order_by(count.desc(), ENTRIES.c.id)
    )
    return [tuple(row) for row in db.session.execute(rows, execution_options=UNSCOPED)]  # type: ignore[misc]


def worst() -> list[Any]:
    """The open complaints that are overdue for longest, then those that run out first: one statement."""
    rows = (
        visible(Complaint)
        .join(CLOCK, CLOCK.c.complaint_id == C.id)
        .where(OPEN, CLOCK.c.basis > "", CLOCK.c.due_at.is_not(None), CLOCK.c.paused.is_(False))
        .with_only_columns(
            C.id, C.number, C.subject, C.state, C.handler_id, CLOCK.c.due_at, CLOCK.c.tier, CLOCK.c.leading,
            CLOCK.c.level_id, CLOCK.c.minutes, CLOCK.c.remaining, CLOCK.c.paused,
        )
        .order_by(CLOCK.c.due_at, C.id)
        .limit(WORST)
    )  # fmt: skip
    return list(db.session.execute(rows, execution_options=UNSCOPED))
