"""Merging two customers: everything of one hangs on the other from now on, and both histories stay (CUS-06).

Every function that writes expects an open ``writing()``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import and_, case, delete, exists, func, insert, select, update

from kezhi import Conflict, Refused, acting_user, announce, audit_record, clock, db, visible
from kezhi.builtin.apps.record_links import StoredLink, links_to
from kezhi.i18n import _

from ..fields import FIELDS, label
from ..models import Contact, Customer, CustomerOwner, MergedCustomer
from ..sections import may_read
from ..sharing.guard import check_in_charge
from .links import TARGET, announce_linked, customers, execute, of_customer
from .profile import stored_values
from .records import customer_by_id, write_fields

#: What may be taken from the record that goes; product groups of both are united.
PICKABLE = (*(key for key in FIELDS if key != "product_groups"), "owner_id", "department_id")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a merge does to the rows of one table that hang on the customer that goes."""

    plugin: str
    label: str
    how: str  #: repoint, keep_one, combine or keep
    rows: int
    twins: int = 0  #: of these the kept customer has the like: dropped, or their figures are combined


def preview(keep_id: int, gone_id: int) -> list[Effect]:
    """What every app's rows would become, those of disabled and missing apps too. Errors: as of the merge."""
    _both(keep_id, gone_id)
    found = []
    for stored in links_to(TARGET):
        how, mine = stored.link.merge, of_customer(stored, gone_id)
        rows = db.session.scalar(select(func.count()).select_from(stored.table).where(mine)) or 0
        twins = 0
        if rows and how in ("keep_one", "combine"):
            alike = select(func.count()).select_from(stored.table).where(mine, _twin(stored, keep_id))
            twins = db.session.scalar(alike) or 0
        if rows:
            found.append(Effect(_title(stored.plugin), stored.label, how, rows, twins))
    return found


def _title(plugin: str) -> str:
    known = current_app.extensions["kezhi"].plugins.get(plugin)
    return str(known.title) if known is not None else plugin


def _both(keep_id: int, gone_id: int) -> tuple[Customer, Customer]:
    if keep_id == gone_id:
        raise Refused(_("A customer cannot be merged with itself."))
    both = customer_by_id(keep_id), customer_by_id(gone_id)
    check_in_charge([keep_id, gone_id])
    return both


def preferred(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> set[str]:
    """The fields best taken from the record that goes: those that the other one has nothing in."""
    return {key for key in PICKABLE if kept[key] in ("", None) and gone[key] not in ("", None)}


def merge_customers(
    keep_id: int, gone_id: int, take: Collection[str] = (), versions: tuple[int, int] | None = None
) -> dict[str, int]:
    """Let everything of one customer hang on another one and delete the first; both histories stay (CUS-06).

    ``take`` names the fields whose value is that of the record that goes; ``versions`` are those that were compared.
    What is signed and frozen keeps pointing at the old number. Returns the rows moved, by table. Errors: ``NotFound``
    when either cannot be seen, ``Refused`` for a customer and itself or a field one may not see, ``Conflict`` when
    either changed since.
    """
    kept, gone = _both(keep_id, gone_id)
    before, theirs = stored_values(kept), stored_values(gone)
    if versions is not None and versions != (kept.version, gone.version):
        raise _conflict()
    _check_taken(take, before)
    _lock({keep_id: kept.version, gone_id: gone.version})
    owner = CustomerOwner.__table__.c  # only one of the two stays responsible
    execute(update(CustomerOwner).where(owner.customer_id == gone_id, owner.to_at.is_(None)).values(to_at=clock.now()))
    people = Contact.__table__.c  # and one of the people is the main contact
    has_main = select(people.id).where(people.customer_id == keep_id, people.is_primary.is_(True))
    second = update(Contact).where(people.customer_id == gone_id, exists(has_main.correlate(None)))
    execute(second.values(is_primary=False))
    counts: dict[str, int] = {}
    for stored in links_to(TARGET):
        moved = _MERGING[stored.link.merge](stored, keep_id, gone_id)
        counts[stored.table.name] = counts.get(stored.table.name, 0) + moved
    shown_code, name = theirs["code"] or theirs["prospect_number"] or "", theirs["name"]
    db.session.expire_all()
    db.session.delete(customer_by_id(gone_id))
    db.session.flush()
    row = {"gone_id": gone_id, "customer_id": keep_id, "code": shown_code, "name": name}
    db.session.execute(insert(MergedCustomer), [row | {"at": clock.now(), "actor": acting_user().login}])
    changed = {key: theirs[key] for key in take if theirs[key] != before[key]}
    if changed:
        stays = customer_by_id(keep_id)
        write_fields(stored_values(stays), stays.version, changed, "merge")
    db.session.expire_all()
    announce_linked(counts, keep_id)
    announce(Customer, "delete", [gone_id])
    announce(Customer, "update", [keep_id])
    audit_record(
        "customer.merge", "customer", keep_id, gone=gone_id, code=shown_code, rows=counts, taken=sorted(changed)
    )
    return counts


def _check_taken(take: Collection[str], before: Mapping[str, Any]) -> None:
    """Nobody overwrites what they may not see; what is empty may be filled."""
    for key in take:
        if key not in PICKABLE or (not may_read(key) and before[key] not in ("", None)):
            raise Refused(_("The field “%(field)s” cannot be taken over.", field=label(key)))


def _lock(versions: Mapping[int, int]) -> None:
    """Raise both versions, the smaller number first, so that two merges at once wait instead of blocking each other."""
    for customer_id, version in sorted(versions.items()):
        statement = update(customers).where(customers.c.id == customer_id, customers.c.version == version)
        if execute(statement.values(version=version + 1, updated_at=clock.now())) != 1:
            raise _conflict()


def _conflict() -> Conflict:
    return Conflict(_("One of the two customer files was changed meanwhile. Nothing has been merged: compare again."))


def stays_as(gone_id: int) -> int | None:
    """The record that a merged one went into, if the acting person may see that one."""
    went = select(MergedCustomer.__table__.c.customer_id).where(MergedCustomer.__table__.c.gone_id == gone_id)
    statement = visible(Customer).with_only_columns(Customer.id)
    found: int | None = db.session.scalar(statement.where(Customer.id.in_(went)))
    return found


# ── one link ────────────────────────────────────────────────────────────────────────────────────────────────────


def _repoint(stored: StoredLink, keep_id: int, gone_id: int) -> int:
    return execute(update(stored.table).where(of_customer(stored, gone_id)).values({stored.link.column: keep_id}))


def _keep_one(stored: StoredLink, keep_id: int, gone_id: int) -> int:
    """Rows go over where the kept customer has none like them; the others are dropped."""
    moved = execute(
        update(stored.table)
        .where(of_customer(stored, gone_id), ~_twin(stored, keep_id))
        .values({stored.link.column: keep_id})
    )
    execute(delete(stored.table).where(of_customer(stored, gone_id)))
    return moved


def _combine(stored: StoredLink, keep_id: int, gone_id: int) -> int:
    """Figures are added, or the larger or smaller one stays; then as :func:`_keep_one`."""
    table, other = stored.table, stored.table.alias()
    key = stored.link.column
    same = and_(other.c[key] == gone_id, *(other.c[name] == table.c[name] for name in stored.link.unique))
    values = {
        name: select(_combined(how, table.c[name], other.c[name])).where(same).scalar_subquery()
        for name, how in stored.link.combine.items()
    }
    twin = exists(select(1).select_from(other).where(same))
    changed = execute(update(table).where(of_customer(stored, keep_id), twin).values(values)) if values else 0
    return changed + _keep_one(stored, keep_id, gone_id)


def _combined(how: str, mine: Any, other: Any) -> Any:
    if how == "sum":
        return mine + other
    larger = mine > other if how == "max" else mine < other
    return case((larger, mine), else_=other)


def _twin(stored: StoredLink, keep_id: int) -> Any:
    other = stored.table.alias()
    same = [other.c[name] == stored.table.c[name] for name in stored.link.unique]
    return exists(select(1).select_from(other).where(other.c[stored.link.column] == keep_id, *same))


_MERGING: Mapping[str, Any] = {
    "repoint": _repoint,
    "keep_one": _keep_one,
    "combine": _combine,
    "keep": lambda _stored, _keep_id, _gone_id: 0,
}
