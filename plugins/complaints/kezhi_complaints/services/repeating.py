"""Repeated causes: the same cause again at the same customer or the same responsible unit (CMP-14).

Compared are complaints whose cause is known, that were neither judged invalid nor withdrawn. An earlier one counts for
the company's number of days. Everything is worked out when it is read, so that what is judged later counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union

from kezhi import acting_user, db, setting, visible

from ..access import not_about
from ..models import INVALID, WITHDRAWN, Complaint, Responsibility
from .entries import ENTRIES, sql_title

C: Any = Complaint.__table__
R: Any = Responsibility.__table__
#: why one is the same again; ``CAUSE`` alone is shown, and counted by the report, but marks nothing as repeated
CUSTOMER, UNIT, CAUSE = "customer", "unit", "cause"
REASONS = (CUSTOMER, UNIT, CAUSE)
MOST_SHOWN = 5
UNSCOPED: dict[str, Any] = {"kezhi_unscoped": True}


@dataclass(frozen=True, slots=True)
class Group:
    """Complaints of a period with the same cause: of one customer, of one responsible unit, or in the whole company.

    ``key`` is the customer's id or the ``unit_key`` as text (empty for the company), ``name`` how it is called; of a
    customer it is empty: names of customers are for who sees them.
    """

    reason: str
    cause_id: int
    cause: str
    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier complaints of one reason: how many there are, and the latest of those that the user sees."""

    reason: str
    count: int
    shown: tuple[Any, ...]


def window_before(column: Any) -> Any:
    """The instant from which on an earlier complaint counts, as SQL over an instant."""
    days = int(setting("complaints", "repeat_days"))
    if db.session.get_bind().dialect.name == "postgresql":
        return column - func.make_interval(0, 0, 0, 0, 24 * days)
    return func.datetime(column, f"-{days} days")


def counted(table: Any = C) -> ColumnElement[bool]:
    """The complaints that are compared."""
    known: ColumnElement[bool] = (
        table.c.cause_id.is_not(None) & (table.c.validity != INVALID) & (table.c.state != WITHDRAWN)
    )
    return known


def repeated_ids() -> Select[Any]:
    """The ids of all complaints that repeat an earlier one: one pass over the complaints, no comparison of pairs."""
    by_customer = _with_previous(C.c.customer_id, C, C.c.customer_id.is_not(None))
    by_unit = _with_previous(R.c.unit_key, C.join(R, R.c.complaint_id == C.c.id))
    found = union(*(
        select(each.c.id).where(each.c.previous.is_not(None), each.c.previous >= window_before(each.c.received_at))
        for each in (by_customer, by_unit)
    )).subquery("repeated")  # fmt: skip
    return select(found.c.id)


def repeats() -> ColumnElement[bool]:
    """Whether the complaint of a row repeats an earlier one: for the few rows of a page."""
    earlier = C.alias("earlier")
    before = _before(C, earlier)
    same_customer = select(earlier.c.id).where(earlier.c.customer_id == C.c.customer_id, before)
    own, other = R.alias("own_share"), R.alias("other_share")
    units = own.join(other, other.c.unit_key == own.c.unit_key).join(earlier, earlier.c.id == other.c.complaint_id)
    same_unit = select(earlier.c.id).select_from(units).where(own.c.complaint_id == C.c.id, before)
    found: ColumnElement[bool] = counted() & or_(same_customer.correlate(C).exists(), same_unit.correlate(C).exists())
    return found


def earlier_of(complaint: Complaint) -> list[Earlier]:
    """What a complaint repeats, by reason; counted are all but those about the reader, named those that they see."""
    if complaint.cause_id is None or complaint.validity == INVALID or complaint.state == WITHDRAWN:
        return []
    since = window_before(literal(complaint.received_at, C.c.received_at.type))
    same = (C.c.cause_id == complaint.cause_id) & counted() & (C.c.received_at >= since) & (C.c.id != complaint.id)
    same &= not_about(acting_user())
    same &= (C.c.received_at < complaint.received_at) | (
        (C.c.received_at == complaint.received_at) & (C.c.id < complaint.id)
    )
    units = select(R.c.unit_key).where(R.c.complaint_id == complaint.id)
    theirs = select(R.c.complaint_id).where(R.c.unit_key.in_(units))
    by: dict[str, Any] = {UNIT: C.c.id.in_(theirs), CAUSE: literal(True)}
    if complaint.customer_id is not None:
        by = {CUSTOMER: C.c.customer_id == complaint.customer_id, **by}
    found = []
    for reason, condition in by.items():
        count = db.session.scalar(select(func.count()).select_from(C).where(same, condition)) or 0
        if count:
            rows = visible(Complaint).with_only_columns(C.c.id, C.c.number).where(same, condition)
            latest = rows.order_by(C.c.received_at.desc(), C.c.id.desc()).limit(MOST_SHOWN)
            found.append(Earlier(reason, count, tuple(db.session.execute(latest, execution_options=UNSCOPED))))
    return found


def repeated_groups(start: datetime, end: datetime, least: int = 2, ids: Select[Any] | None = None) -> list[Group]:
    """Causes that came up at least ``least`` times in complaints received from ``start`` to before ``end``.

    ``ids`` narrows them to a select of complaints, such as those that the reader of a report sees. By customer, by
    responsible unit and by cause alone, the most frequent first: one statement each.
    """
    period = (C.c.received_at >= start) & (C.c.received_at < end) & counted()
    if ids is not None:
        period &= C.c.id.in_(ids)
    cause = select(sql_title(ENTRIES)).where(ENTRIES.c.id == C.c.cause_id).correlate(C).scalar_subquery()
    count = func.count(C.c.id.distinct()).label("times")
    kinds: tuple[tuple[str, Any, Any, Any], ...] = (
        (CUSTOMER, C, C.c.customer_id, literal("")),
        (UNIT, C.join(R, R.c.complaint_id == C.c.id), R.c.unit_key, func.max(R.c.name)),
        (CAUSE, C, literal(""), literal("")),
    )
    found = []
    for reason, source, key, name in kinds:
        keys = [C.c.cause_id] if reason == CAUSE else [C.c.cause_id, key]
        rows = (
            select(C.c.cause_id, cause.label("cause"), key.label("key"), name.label("name"), count)
            .select_from(source)
            .where(period, key.is_not(None) if reason != CAUSE else literal(True))
            .group_by(*keys)
            .having(func.count(C.c.id.distinct()) >= least)
        )
        ordered = sorted(db.session.execute(rows), key=lambda row: (-row.times, row.cause_id, str(row.key)))
        found += [Group(reason, row.cause_id, row.cause or "", str(row.key), row.name, row.times) for row in ordered]
    return found


def _with_previous(key: Any, source: Any, *where: Any) -> Any:
    """Each complaint with when the one before it, of the same cause and key, was received."""
    window: dict[str, Any] = {"partition_by": (key, C.c.cause_id), "order_by": (C.c.received_at, C.c.id)}
    previous = func.lag(C.c.received_at).over(**window).label("previous")
    rows = select(C.c.id, C.c.received_at, previous).select_from(source).where(counted(), *where)
    return rows.subquery()


def _before(row: Any, earlier: Any) -> ColumnElement[bool]:
    first = (earlier.c.received_at < row.c.received_at) | (
        (earlier.c.received_at == row.c.received_at) & (earlier.c.id < row.c.id)
    )
    same: ColumnElement[bool] = (earlier.c.cause_id == row.c.cause_id) & counted(earlier) & first
    within: ColumnElement[bool] = same & (earlier.c.received_at >= window_before(row.c.received_at))
    return within
