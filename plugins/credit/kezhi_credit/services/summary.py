"""The summary that lists read: counted set-based from the very select that decisions read (CRD-04, decision 0037).

A row holds until ``due_at``: the next day of the company, or the end of a reservation, whichever comes first. What
changes before that marks the row first (``services.following``), so that it cannot be taken for a fresh one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, exists, func, literal, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import UtcDateTime, clock, db, writing

from ..models import Summary
from .exposure import AGES, DAYS, receivables
from .keeping import basis, kept, this_moment
from .position import position
from .reserving import reserved
from .standing import CUSTOMERS, LIMITS, RATINGS

SUMMARY: Any = Summary.__table__
#: a column of the summary, and the one of the position that it is a copy of
COPIED = {
    "class_key": "class_key", "credit_limit": "limit", "exposure": "exposure", "free": "free",
    "receivables": "receivables", "overdue": "overdue", "overdue_days": DAYS, **dict.fromkeys(AGES),
}  # fmt: skip
CHUNK = 50_000  #: customers counted in one transaction, so that nobody waits long for it
CHANGED = datetime(1970, 1, 1, tzinfo=UTC)  #: ``due_at`` of a row whose figures have changed in this very transaction
UNSCOPED = {"kezhi_unscoped": True}


def is_stale() -> ColumnElement[bool]:
    """Whether a row is out of date, asked when the statement runs: columns of lists may be kept for long."""
    present = bindparam("credit_basis", callable_=basis, type_=String(), unique=True)
    return or_(SUMMARY.c.due_at <= this_moment(), SUMMARY.c.basis != present)


def mark(customers: Select[Any], until: datetime = CHANGED) -> int:
    """Note that the figures of customers have changed, also of those that have no row yet. Returns how many."""
    chosen = customers.subquery("changed")
    new = select(chosen.c[0], literal(until, UtcDateTime()), literal("")).where(chosen.c[0].is_not(None))
    # by their numbers: two who mark the same customers wait for each other instead of blocking each other
    statement: Any = (
        _dialect().insert(SUMMARY).from_select(["customer_id", "due_at", "basis"], new.order_by(chosen.c[0]))
    )
    statement = statement.on_conflict_do_update(index_elements=["customer_id"], set_={"due_at": until})
    result: Any = db.session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def count_marked() -> None:
    """Count the customers that were marked in this transaction, in one statement."""
    changed = select(SUMMARY.c.customer_id).where(SUMMARY.c.due_at == CHANGED)
    db.session.execute(kept("marked", clock.today(), partial(_counting, changed)))


def refresh_due(told: Callable[[int], None] | None = None, *, everybody: bool = False, chunk: int = CHUNK) -> int:
    """Count every row that is out of date, or every row; returns how many. ``told`` hears of each chunk.

    Each chunk is a transaction of its own; a run that was cut off goes on where it stopped. What is marked meanwhile
    is left to the next run.
    """
    began, done, last = clock.now(), 0, 0
    stale = true() if everybody else or_(SUMMARY.c.due_at <= began, SUMMARY.c.basis != basis())
    while True:
        rows = select(SUMMARY.c.customer_id).where(stale, SUMMARY.c.customer_id > last)
        # held first, counted in a later statement: figures from before somebody's change could replace newer ones
        part = rows.order_by(SUMMARY.c.customer_id).limit(chunk).with_for_update().subquery()
        with writing():
            count, upto = db.session.execute(select(func.count(), func.max(part.c[0]))).one()
            if not count:
                return done
            db.session.execute(_counting(rows.where(SUMMARY.c.customer_id <= upto)))
        done, last = done + count, upto
        if told is not None:
            told(done)


def enter_missing(chunk: int = CHUNK) -> int:
    """Give a row to everybody who should have one: read outside of a transaction, because mostly there is nobody.

    Only who has no row is looked at: what all of them owe would be counted for nobody's sake.
    """
    without = select(CUSTOMERS.c.id).where(~exists().where(SUMMARY.c.customer_id == CUSTOMERS.c.id))
    entered, last = 0, 0
    while True:
        part = without.where(CUSTOMERS.c.id > last).order_by(CUSTOMERS.c.id).limit(chunk).subquery()
        upto = db.session.scalar(select(func.max(part.c[0])))
        if upto is None:
            return entered
        ids = _with_something(without.where(CUSTOMERS.c.id > last, CUSTOMERS.c.id <= upto))
        if ids:
            rows = [{"customer_id": each, "due_at": clock.now(), "basis": ""} for each in ids]
            with writing():
                db.session.execute(_dialect().insert(SUMMARY).on_conflict_do_nothing(), rows)
        entered, last = entered + len(ids), upto


def _with_something(population: Select[Any]) -> list[int]:
    """Who of these is rated, has a limit or credit that is kept, owes something or has paid ahead."""
    given, held = receivables(clock.today(), population), reserved(clock.now(), population).subquery("held")
    sources = [held.c.customer_id] if given is None else [held.c.customer_id, given.c.customer_id]
    asked = [select(each).distinct() for each in sources]
    asked += [
        select(each.c.customer_id).where(each.c.customer_id.in_(population)).distinct() for each in (RATINGS, LIMITS)
    ]
    # one after the other, and put together here: SQLite's parser has no room for the union of them
    return sorted({each for statement in asked for each in db.session.scalars(statement)})


def was_begun() -> bool:
    """Whether anybody was counted by what is in force now."""
    return db.session.scalar(select(SUMMARY.c.customer_id).where(SUMMARY.c.basis == basis()).limit(1)) is not None


def refresh_all(told: Callable[[int], None] | None = None) -> int:
    """Enter who is missing and count everybody anew; returns how many."""
    enter_missing()
    return refresh_due(told, everybody=True)


def differing() -> Select[Any]:
    """The customers whose row claims to be fresh and is not what is counted now; for the doctor and for tests."""
    now = position(clock.today()).cte("now")  # beside the statement: SQLite's parser has no room for more depth
    differs = or_(*(SUMMARY.c[name].is_distinct_from(now.c[_from(name)]) for name in COPIED))
    joined = SUMMARY.join(now, now.c.customer_id == SUMMARY.c.customer_id)
    return select(SUMMARY.c.customer_id).select_from(joined).where(~is_stale(), differs)


def _from(name: str) -> str:
    return COPIED[name] or name


def _counting(customers: Select[Any]) -> Any:
    """The statement that counts customers who have a row, however many they are."""
    chosen = customers.cte("chosen")
    population = select(chosen.c[0])
    counted = position(clock.today(), population).cte("counted")
    held = reserved(this_moment(), population).cte("held")
    tomorrow = literal(_tomorrow(), UtcDateTime())
    due = case((held.c.until < tomorrow, held.c.until), else_=tomorrow)
    values: dict[str, Any] = {name: counted.c[_from(name)] for name in COPIED}
    values |= {"counted_at": this_moment(), "due_at": due, "basis": literal(basis())}
    rows = select(counted.c.customer_id, *values.values()).where(true())
    rows = rows.select_from(counted.outerjoin(held, held.c.customer_id == counted.c.customer_id))
    statement: Any = _dialect().insert(SUMMARY).from_select(["customer_id", *values], rows)
    new = {name: statement.excluded[name] for name in values}
    return statement.on_conflict_do_update(index_elements=["customer_id"], set_=new)


def _tomorrow() -> datetime:
    """When the next day of the company begins."""
    return datetime.combine(clock.today() + timedelta(days=1), time(), clock.company_zone()).astimezone(UTC)


def _dialect() -> Any:
    return postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
