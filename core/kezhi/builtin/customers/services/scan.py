"""All suspected duplicates at once, and the decision that some are none (CUS-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, union

from kezhi import NotFound, Refused, acting_user, audit_record, clock, db, visible_ids
from kezhi.i18n import _

from ..models import Customer, NotDuplicate

CUSTOMERS, APART = Customer.__table__, NotDuplicate.__table__
#: By what records are alike: how the address calls it, and the stored key.
WAYS = {"credit_code": "credit_code_key", "name": "name_key", "phone": "phone_key"}
PAGE = 20
#: Records of one group that are shown and decided on together.
MOST_TOGETHER = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Records that share a key. ``count`` may be larger than the records shown."""

    key: str
    count: int
    records: Sequence[Any]


def suspected(way: str, after: str = "", limit: int = PAGE) -> tuple[list[Group], str]:
    """The groups of visible records that are alike in one way, and the key to go on after (empty at the end).

    Two statements for any number of records. Groups whose every pair was decided on are left out.
    """
    column = CUSTOMERS.c[WAYS[way]]
    seen = _seen(CUSTOMERS)
    groups = select(column.label("key"), func.count().label("count")).where(column > after, *seen)
    groups = groups.group_by(column).having(func.count() > 1)
    found = groups.subquery()
    decided = _decided(WAYS[way], found.c.key)
    statement = select(found).where(found.c.count * (found.c.count - 1) > 2 * decided)
    page = db.session.execute(statement.order_by(found.c.key).limit(limit + 1)).all()
    more, page = page[limit:], page[:limit]
    members = _members(column, [row.key for row in page], seen)
    groups_found = [Group(row.key, row[1], members.get(row.key, [])) for row in page]
    return groups_found, page[-1].key if more else ""


def _seen(table: Any) -> list[ColumnElement[bool]]:
    allowed = visible_ids(Customer)
    return [] if allowed is None else [table.c.id.in_(allowed)]


def _decided(name: str, key: Any) -> Any:
    """How many pairs of a group are known to be two customers."""
    low, high = CUSTOMERS.alias(), CUSTOMERS.alias()
    pairs = select(func.count()).select_from(APART)
    pairs = pairs.join(low, low.c.id == APART.c.low_id).join(high, high.c.id == APART.c.high_id)
    return pairs.where(low.c[name] == key, high.c[name] == key, *_seen(low), *_seen(high)).scalar_subquery()


def _members(column: Any, keys: list[str], seen: list[ColumnElement[bool]]) -> dict[str, list[Any]]:
    if not keys:
        return {}
    place = func.row_number().over(partition_by=column, order_by=CUSTOMERS.c.id).label("place")
    wanted = ("id", "code", "prospect_number", "name", "credit_code", "phone", "seal", "city", "region", "updated_at")
    numbered = select(column.label("key"), place, *(CUSTOMERS.c[name] for name in wanted))
    rows = numbered.where(column.in_(keys), *seen).subquery()
    members: dict[str, list[Any]] = {}
    for row in db.session.execute(select(rows).where(rows.c.place <= MOST_TOGETHER).order_by(rows.c.key, rows.c.id)):
        members.setdefault(row.key, []).append(row)
    return members


def keep_apart(customer_ids: Sequence[int]) -> int:
    """Decide that these records are all different customers; they are no longer suspected of each other.

    Returns how many pairs were decided on now. Errors: ``NotFound`` when one cannot be seen, ``Refused``.
    """
    ids = sorted(set(customer_ids))
    if not 2 <= len(ids) <= MOST_TOGETHER:
        raise Refused(_("Choose between 2 and %(count)s customer files.", count=MOST_TOGETHER))
    known = select(func.count()).select_from(CUSTOMERS).where(CUSTOMERS.c.id.in_(ids), *_seen(CUSTOMERS))
    if db.session.scalar(known) != len(ids):
        raise NotFound(_("There is no such customer."))
    decided = select(APART.c.low_id, APART.c.high_id).where(APART.c.low_id.in_(ids), APART.c.high_id.in_(ids))
    before = {(row.low_id, row.high_id) for row in db.session.execute(decided)}
    now, login = clock.now(), acting_user().login
    rows = [
        {"low_id": low, "high_id": high, "decided_at": now, "decided_by": login}
        for low, high in combinations(ids, 2)
        if (low, high) not in before
    ]
    if rows:
        db.session.execute(insert(APART), rows)
        audit_record("customer.not_duplicate", "customer", ids[0], customers=ids)
    return len(rows)


def kept_apart_from(customer_id: Any) -> Select[Any] | Any:
    """A select of the records that are known to be other customers than this one."""
    return union(
        select(APART.c.high_id).where(APART.c.low_id == customer_id),
        select(APART.c.low_id).where(APART.c.high_id == customer_id),
    )
