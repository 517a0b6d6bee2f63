"""Keeping the lists of kinds, causes and channels: added to, renamed, moved, ordered, retired (CMP-02, CMP-31).

Keys never change. An entry that a complaint has can only be retired. Every function expects an open ``writing()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, audit_record, clock, db
from kezhi.i18n import _

from ..models import CAUSE, CHANNEL, KIND, LISTS, NATURES, Complaint, Entry
from .entries import ENTRIES, subtree, title_of, tree

LONGEST_NAME, LONGEST_PURPOSE, MOST_MINUTES, DEEPEST = 60, 300, 60 * 24 * 31, 4
USED_IN: dict[str, Any] = {
    KIND: Complaint.__table__.c.kind_id, CAUSE: Complaint.__table__.c.cause_id,
    CHANNEL: Complaint.__table__.c.channel_id,
}  # fmt: skip
#: channels that the program itself enters complaints by
KEPT_CHANNELS = ("web",)


def check_list(name: str) -> None:
    """Errors: ``NotFound`` for a list that does not exist."""
    if name not in LISTS:
        raise NotFound(_("There is no such list."))


def usage(name: str) -> dict[int, int]:
    """How many complaints have each entry, whoever may see them: one statement."""
    column = USED_IN[name]
    statement = select(column, func.count()).where(column.is_not(None)).group_by(column)
    return {row[0]: row[1] for row in db.session.execute(statement, execution_options={"kezhi_unscoped": True})}


def add_entry(name: str, values: Mapping[str, Any]) -> Entry:
    """Add an entry as the last one below its parent. Its key follows from the Chinese name. Errors: ``Refused``."""
    check_list(name)
    rows = tree(name, retired=True)
    wanted = _cleaned(name, values, rows, None)
    if any(row["key"] == wanted["zh"] for row in rows):
        raise Refused(_("The list has an entry “%(name)s” already.", name=wanted["zh"]), field="zh")
    last = db.session.scalar(select(func.max(ENTRIES.c.position)).where(ENTRIES.c.list == name))
    entry = Entry(list=name, key=wanted["zh"], position=(last or 0) + 1, version=1, **wanted)
    db.session.add(entry)
    db.session.flush()
    audit_record("complaints.list_add", "complaints_entry", entry.id, list=name, key=entry.key)
    return entry


def change_entry(entry_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Rename an entry, move it under another one, say what a channel is for. Errors: ``Conflict``, ``Refused``."""
    entry = entry_by_id(entry_id)
    rows = tree(entry.list, retired=True)
    wanted = _cleaned(entry.list, values, rows, entry)
    old = {name: getattr(entry, name) for name in wanted}
    changed = sorted(name for name in wanted if wanted[name] != old[name])
    _store(entry, version, wanted)
    if entry.list == KIND and wanted["nature"] != old["nature"]:  # those below follow
        below = [each for each in subtree(rows, entry_id) if each != entry_id]
        db.session.execute(update(ENTRIES).where(ENTRIES.c.id.in_(below)).values(nature=wanted["nature"]))
    audit_record("complaints.list_change", "complaints_entry", entry_id, list=entry.list, key=entry.key,
                 changes={name: [old[name], wanted[name]] for name in changed})  # fmt: skip


def retire_entry(entry_id: int, version: int) -> None:
    """Nobody chooses it any more; complaints keep it. Errors: ``Refused`` while others in force stand below it."""
    entry = entry_by_id(entry_id)
    if entry.list == CHANNEL and entry.key in KEPT_CHANNELS:
        raise Refused(_("Complaints of the public page come by this channel: it stays."))
    below = select(func.count()).where(ENTRIES.c.parent_id == entry_id, ENTRIES.c.retired_at.is_(None))
    if db.session.scalar(below):
        raise Refused(_("Others stand below “%(name)s”: retire or move them first.", name=_title(entry)))
    _store(entry, version, {"retired_at": clock.now()})
    audit_record("complaints.list_retire", "complaints_entry", entry_id, list=entry.list, key=entry.key)


def restore_entry(entry_id: int, version: int) -> None:
    """A retired entry can be chosen again. Errors: ``Refused`` while the one above it is retired."""
    entry = entry_by_id(entry_id)
    if entry.parent_id is not None and entry_by_id(entry.parent_id).retired_at is not None:
        raise Refused(_("The entry above “%(name)s” is retired: restore that one first.", name=_title(entry)))
    _store(entry, version, {"retired_at": None})
    audit_record("complaints.list_restore", "complaints_entry", entry_id, list=entry.list, key=entry.key)


def delete_entry(entry_id: int, version: int) -> None:
    """Remove an entry that no complaint has and below which none stands. Errors: ``Refused``, ``Conflict``."""
    entry = entry_by_id(entry_id)
    name, key = entry.list, entry.key
    held = name == CHANNEL and key in KEPT_CHANNELS
    try:
        with db.session.begin_nested():
            gone = delete(Entry).where(Entry.id == entry_id, Entry.version == version)
            result: Any = db.session.execute(gone) if not held else None
    except IntegrityError:
        held, result = True, None
    if held:
        raise Refused(_("“%(name)s” is in use: retire it instead.", name=_title(entry)))
    if result.rowcount != 1:
        raise _conflict()
    audit_record("complaints.list_delete", "complaints_entry", entry_id, list=name, key=key)


def move_entry(entry_id: int, *, up: bool) -> None:
    """Exchange an entry with its neighbour of the same parent; at the end nothing happens."""
    entry = entry_by_id(entry_id)
    siblings = [row for row in tree(entry.list, retired=True) if row["parent_id"] == entry.parent_id]
    place = next(number for number, row in enumerate(siblings) if row["id"] == entry_id)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(siblings):
        return
    positions = sorted(row["position"] for row in siblings)
    siblings[place], siblings[other] = siblings[other], siblings[place]
    for position, row in zip(positions, siblings, strict=True):
        if row["position"] != position:
            db.session.execute(update(ENTRIES).where(ENTRIES.c.id == row["id"]).values(position=position))
    db.session.expire_all()
    audit_record("complaints.list_order", "complaints_entry", entry_id, list=entry.list, key=entry.key)


def entry_by_id(entry_id: int) -> Entry:
    """An entry. Errors: ``NotFound``."""
    found = db.session.get(Entry, entry_id)
    if found is None:
        raise NotFound(_("There is no such entry."))
    return found


def _cleaned(name: str, values: Mapping[str, Any], rows: list[dict[str, Any]], own: Entry | None) -> dict[str, Any]:
    texts = {"zh": LONGEST_NAME, "en": LONGEST_NAME, "purpose_zh": LONGEST_PURPOSE, "purpose_en": LONGEST_PURPOSE}
    wanted: dict[str, Any] = {}
    for part, most in texts.items():
        wanted[part] = " ".join(str(values.get(part) or "").split()) if name == CHANNEL or part in ("zh", "en") else ""
        if len(wanted[part]) > most:
            raise Refused(_("At most %(count)s characters.", count=most), field=part)
    if not wanted["zh"]:
        raise Refused(_("An entry needs a Chinese name."), field="zh")
    wanted |= {"parent_id": None, "nature": "", "minutes": None}
    if name == CHANNEL:
        wanted["minutes"] = values.get("minutes") or None
        if wanted["minutes"] is not None and not 1 <= int(wanted["minutes"]) <= MOST_MINUTES:
            raise Refused(_("Write whole minutes, at most %(count)s.", count=MOST_MINUTES), field="minutes")
    else:
        parent = _parent(values.get("parent_id"), rows, own)
        wanted["parent_id"] = parent["id"] if parent else None
        if name == KIND:
            wanted["nature"] = parent["nature"] if parent else values.get("nature") or ""
            if wanted["nature"] not in NATURES:
                raise Refused(_("Say whether it is about service or about business."), field="nature")
    for row in rows:
        for part in ("zh", "en"):
            same = wanted[part] and row[part].casefold() == wanted[part].casefold()
            if same and row["parent_id"] == wanted["parent_id"] and (own is None or row["id"] != own.id):
                raise Refused(_("The list has an entry “%(name)s” already.", name=row[part]), field=part)
    return wanted


def _parent(parent_id: Any, rows: list[dict[str, Any]], own: Entry | None) -> dict[str, Any] | None:
    if not parent_id:
        return None
    found = next((row for row in rows if row["id"] == int(parent_id)), None)
    moved = subtree(rows, own.id) if own is not None else []
    if found is None or found["id"] in moved:
        raise Refused(_("An entry cannot stand below itself: choose another one."), field="parent")
    depths = {row["id"]: row["depth"] for row in rows}
    height = max((depths[each] for each in moved), default=0) - (depths[own.id] if own is not None else 0)
    if found["depth"] + 1 + height >= DEEPEST:
        raise Refused(_("A list has at most %(count)s levels.", count=DEEPEST), field="parent")
    kept = own is not None and own.parent_id == found["id"]
    if found["retired_at"] is not None and not kept:
        raise Refused(_("Choose one that is not retired."), field="parent")
    return found


def _store(entry: Entry, version: int, values: Mapping[str, Any]) -> None:
    statement = update(Entry).where(Entry.id == entry.id, Entry.version == version)
    result: Any = db.session.execute(
        statement.values(**values, version=version + 1), execution_options={"synchronize_session": False}
    )
    if result.rowcount != 1:
        raise _conflict()
    db.session.refresh(entry)


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed this list meanwhile. Nothing has been saved."))


def _title(entry: Entry) -> str:
    return title_of({"zh": entry.zh, "en": entry.en})
