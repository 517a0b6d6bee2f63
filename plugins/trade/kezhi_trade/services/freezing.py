"""Keeping the rows of a month as they are, the digest that tells whether they still are, and what differs (TRD-03)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, String, and_, delete, exists, func, insert, literal, or_, select, union_all

from kezhi import bulk_write, db

from ..calendar_months import end_of
from ..models import FrozenRow
from ..models.months import INVOICES, MATCHES, ORDERS, RECEIPTS, SHIPPED, STOCK
from .conversion import month_start
from .rows import COLUMNS, frozen, recorded

#: The parts of a month by the step that vouches for them.
PARTS = {"orders": (ORDERS,), "money": (INVOICES, RECEIPTS, MATCHES), "stock": (STOCK, SHIPPED)}

#: What of a row is signed: merging customers changes whose it is, and nothing else.
SIGNED = tuple(name for name in COLUMNS if name != "customer_id")
LATE, GONE, CHANGED = "late", "gone", "changed"


def freeze(month: date, step: str) -> str:
    """Keep the rows that a step vouches for, set-based. Returns their digest.

    A row that another month keeps already stays there, so that nothing counts twice.
    """
    for part in PARTS[step]:
        rows = recorded(part).subquery()
        other = frozen.alias("other")
        elsewhere = exists().where(
            other.c.part == part, other.c.record_id == rows.c.record_id, other.c.link_id == rows.c.link_id,
            other.c.number == rows.c.number, other.c.month != month,
        )  # fmt: skip
        new = (
            select(literal(month, Date), literal(part, String), *(rows.c[name] for name in COLUMNS))
            .where(rows.c.happened_on.between(month, end_of(month)), ~elsewhere)
            .order_by(rows.c.record_id)
        )
        bulk_write(
            insert(frozen).from_select(["month", "part", *COLUMNS], new),
            model=FrozenRow,
            change="create",
            keys=select(frozen.c.id).where(frozen.c.month == month, frozen.c.part == part),
            action="month.freeze",
            month=f"{month:%Y-%m}",
            part=part,
        )
    return digest(month, step)


def thaw(month: date, steps: Collection[str]) -> None:
    """Give up what steps kept of a month."""
    parts = [part for step in steps for part in PARTS[step]]
    db.session.execute(delete(frozen).where(frozen.c.month == month, frozen.c.part.in_(parts)))


def digest(month: date, step: str) -> str:
    """SHA-256 over the rows that are kept of a month, in hexadecimal."""
    sha = hashlib.sha256()
    for part in PARTS[step]:
        rows = select(*(frozen.c[name] for name in SIGNED)).where(frozen.c.month == month, frozen.c.part == part)
        order = (frozen.c.record_id, frozen.c.link_id)
        for row in db.session.execute(rows.order_by(*order).execution_options(yield_per=2000)):
            values = [value.isoformat() if isinstance(value, date) else value for value in row]
            sha.update(json.dumps([part, *values], ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return sha.hexdigest()


class Later(NamedTuple):
    """A row in which what is recorded differs from what a month keeps: it came later, is gone, or was changed."""

    part: str
    how: str
    record_id: int
    number: str
    happened_on: date
    amount: int | None  #: as recorded now
    kept: int | None  #: as the month says


def differences(
    month: date, parts: Sequence[str], limit: int, seen: Select[Any] | None = None
) -> tuple[int, list[Later]]:
    """How many rows of a month differ from what it keeps, and the first of them, of the customers ``seen`` selects."""
    found, shown = 0, list[Later]()
    for part in parts:
        rows = _differences(month, part).subquery()
        found += db.session.scalar(select(func.count()).select_from(rows)) or 0
        if limit > len(shown):
            mine = [] if seen is None else [rows.c.customer_id.in_(seen)]
            columns = [rows.c[name] for name in Later._fields[1:]]
            first = select(*columns).where(*mine).order_by(rows.c.happened_on, rows.c.number).limit(limit - len(shown))
            shown += [Later(part, *row) for row in db.session.execute(first)]
    return found, shown


def _differences(month: date, part: str) -> Select[Any]:
    now = recorded(part).subquery("now")
    kept = select(frozen).where(frozen.c.month == month, frozen.c.part == part).subquery("kept")
    same = and_(kept.c.record_id == now.c.record_id, kept.c.link_id == now.c.link_id)
    names = ("customer_id", "number", "happened_on", "due_on", "kind", "amount", "profit", "currency", "rate")
    differs = or_(*(now.c[name].is_distinct_from(kept.c[name]) for name in names))
    here = month_start(now.c.happened_on) == month

    def columns(rows: Any, how: str, amount: Any, before: Any) -> tuple[Any, ...]:
        own = (rows.c[name] for name in ("record_id", "customer_id", "number", "happened_on"))
        return (literal(how, String).label("how"), *own, amount.label("amount"), before.label("kept"))

    late = (
        select(*columns(now, LATE, now.c.amount, kept.c.amount))
        .select_from(now.outerjoin(kept, same))
        .where(now.c.happened_on.between(month, end_of(month)), kept.c.record_id.is_(None))
    )
    gone = (
        select(*columns(kept, GONE, now.c.amount, kept.c.amount))
        .select_from(kept.outerjoin(now, and_(same, here)))
        .where(now.c.record_id.is_(None))
    )
    changed = (
        select(*columns(now, CHANGED, now.c.amount, kept.c.amount))
        .select_from(now.join(kept, and_(same, here)))
        .where(differs)
    )
    return select(union_all(late, gone, changed).subquery("differences"))
