"""Keeping the company's lists: entries are added, renamed, ordered, retired, never deleted once used (CUS-03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update

from kezhi import Conflict, NotFound, Refused, audit_record, clock, db
from kezhi.i18n import _

from ..fields import FIELDS
from ..models import Contact, Customer, CustomerGroup, ListEntry, Profile
from . import lists
from .texts import name_key, tidy

LONGEST_NAME, LONGEST_TRAITS = 60, 500
EXTENTS = ("", "part", "all")
#: Values offered for a list at most.
MOST_PROPOSED = 20

ENTRIES = ListEntry.__table__


def used_column(name: str) -> Any:
    """The column that holds keys of a list; product groups stand in a table of their own."""
    if name == "decision_role":
        return Contact.__table__.c.decision_role
    table = Profile.__table__ if FIELDS[name].place == "profile" else Customer.__table__
    return table.c[name]


def usage(name: str) -> dict[str, int]:
    """How many records hold each key of a list, whoever may see them: one statement."""
    if name == "product_group":
        links = CustomerGroup.__table__
        statement: Any = select(ENTRIES.c.key, func.count()).join_from(links, ENTRIES, ENTRIES.c.id == links.c.entry_id)
        statement = statement.group_by(ENTRIES.c.key)
    else:
        column = used_column(name)
        statement = select(column, func.count()).where(column != "").group_by(column)
    return {row[0]: row[1] for row in db.session.execute(statement)}


def proposed(name: str) -> dict[str, int]:
    """Values that records hold and the list has not, the commonest first: what imports brought along."""
    known = {entry["key"] for entry in lists.all_entries(name)}
    found = sorted(usage(name).items(), key=lambda pair: (-pair[1], pair[0]))
    return dict([pair for pair in found if pair[0] not in known][:MOST_PROPOSED])


def check_list(name: str) -> None:
    """Errors: ``NotFound`` for a list that does not exist."""
    if name not in lists.TITLES:
        raise NotFound(_("There is no such list."))


def add_entry(name: str, values: Mapping[str, Any], key: str = "") -> ListEntry:
    """Add an entry at the end. ``key`` is a value that records hold already; else it follows from the name.

    Errors: ``Refused``, ``NotFound``.
    """
    check_list(name)
    wanted = _cleaned(name, values)
    key = key or wanted["zh"].replace(",", "，")
    if lists.entry_of(name, key) is not None:
        raise Refused(_("The list has an entry “%(name)s” already.", name=key), field="zh")
    last = db.session.scalar(select(func.max(ENTRIES.c.position)).where(ENTRIES.c.list == name)) or 0
    entry = ListEntry(list=name, key=key, position=last + 1, version=1, **wanted)
    db.session.add(entry)
    db.session.flush()
    _changed("list.add", name, key)
    return entry


def change_entry(entry_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Rename an entry, or say otherwise what it means; its key stays. Errors: ``Conflict``, ``Refused``."""
    entry = entry_by_id(entry_id)
    _store(entry, version, _cleaned(entry.list, values, entry.key))
    _changed("list.change", entry.list, entry.key)


def retire_entry(entry_id: int, version: int) -> None:
    """Nobody chooses the entry any more; records that hold it keep it, and it stays readable."""
    entry = entry_by_id(entry_id)
    _store(entry, version, {"retired_at": clock.now()})
    _changed("list.retire", entry.list, entry.key)


def restore_entry(entry_id: int, version: int) -> None:
    """A retired entry can be chosen again."""
    entry = entry_by_id(entry_id)
    _store(entry, version, {"retired_at": None})
    _changed("list.restore", entry.list, entry.key)


def delete_entry(entry_id: int, version: int) -> None:
    """Remove an entry that no record holds. Errors: ``Refused`` when one does."""
    entry = entry_by_id(entry_id)
    count = usage(entry.list).get(entry.key, 0)
    if count:
        raise Refused(_("“%(name)s” stands in %(count)s records: retire it instead.", name=entry.zh, count=count))
    name, key = entry.list, entry.key
    statement = delete(ListEntry).where(ListEntry.id == entry_id, ListEntry.version == version)
    result: Any = db.session.execute(statement)
    if result.rowcount != 1:
        raise _conflict()
    _changed("list.delete", name, key)


def move_entry(entry_id: int, up: bool) -> None:
    """Exchange an entry with its neighbour; at the end of the list nothing happens."""
    entry = entry_by_id(entry_id)
    rows = db.session.execute(
        select(ENTRIES.c.id).where(ENTRIES.c.list == entry.list).order_by(ENTRIES.c.position, ENTRIES.c.id)
    ).all()
    order = [row.id for row in rows]
    place = order.index(entry_id)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order, 1):
        db.session.execute(update(ENTRIES).where(ENTRIES.c.id == each).values(position=position))
    db.session.expire_all()
    _changed("list.order", entry.list, entry.key)


def entry_by_id(entry_id: int) -> ListEntry:
    """An entry. Errors: ``NotFound``."""
    found = db.session.get(ListEntry, entry_id)
    if found is None:
        raise NotFound(_("There is no such entry."))
    return found


def _cleaned(name: str, values: Mapping[str, Any], key: str = "") -> dict[str, str]:
    wanted = {part: tidy(str(values.get(part) or "")) for part in ("zh", "en")}
    wanted |= {part: str(values.get(part) or "").strip() for part in ("traits_zh", "traits_en", "special_price")}
    if not wanted["zh"]:
        raise Refused(_("An entry needs a Chinese name."), field="zh")
    for part, text in wanted.items():
        longest = LONGEST_TRAITS if part.startswith("traits") else LONGEST_NAME
        if len(text) > longest:
            raise Refused(_("At most %(count)s characters.", count=longest), field=part)
    if wanted["special_price"] not in EXTENTS or (wanted["special_price"] and name != "business_type"):
        raise Refused(_("Choose one of the list."), field="special_price")
    names = {name_key(wanted[part]): part for part in ("en", "zh") if wanted[part]}
    for entry in lists.all_entries(name):
        for part in ("zh", "en"):
            if entry["key"] != key and name_key(entry[part]) in names and entry[part]:
                field = names[name_key(entry[part])]
                raise Refused(_("The list has an entry “%(name)s” already.", name=entry[part]), field=field)
    return wanted


def _store(entry: ListEntry, version: int, values: Mapping[str, Any]) -> None:
    statement = update(ListEntry).where(ListEntry.id == entry.id, ListEntry.version == version)
    result: Any = db.session.execute(
        statement.values(**values, version=version + 1), execution_options={"synchronize_session": False}
    )
    if result.rowcount != 1:
        raise _conflict()
    db.session.refresh(entry)


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed this list meanwhile. Nothing has been saved."))


def _changed(action: str, name: str, key: str) -> None:
    lists.forget()
    audit_record(action, "list", f"customers.{name}", entry=key)
