"""Notes that mention somebody: what of it is unread. A note on a record that one no longer sees is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from kezhi import NotFound, acting_user, clock, db, visible
from kezhi.i18n import _

from ..models import Mention, Note
from .access import note_by_id, record_of, timelines
from .notes import Written, written
from .telling import seen

PAGE = 30


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A note that mentions the acting user: on which record, and whether it is unread."""

    written: Written
    is_unread: bool
    title: Any
    record: str


def _mine(only_unread: bool = False) -> Any:
    """The ids of the notes that mention the acting user."""
    ids = select(Mention.note_id).where(Mention.user_id == acting_user().id)
    return ids.where(Mention.read_at.is_(None)) if only_unread else ids


def inbox(before: int | None = None, limit: int = PAGE) -> tuple[list[Mentioned], bool]:
    """The newest notes that mention the acting user, and whether there are older ones.

    ``before`` is the id of a note: only those before it. The number of statements depends on the kinds of records.
    """
    statement = visible(Note).where(Note.id.in_(_mine()), Note.plugin.in_({plugin for plugin, _kind in timelines()}))
    if before is not None:
        statement = statement.where(Note.id < before)
    notes = db.session.scalars(statement.order_by(Note.id.desc()).limit(limit + 1)).all()
    more, notes = len(notes) > limit, notes[:limit]
    unread_ids = set(
        db.session.scalars(_mine(only_unread=True).where(Mention.note_id.in_([each.id for each in notes])))
    )
    names = _names(notes)
    known = timelines()
    found = [
        Mentioned(
            each,
            each.note.id in unread_ids,
            known[each.note.plugin, each.note.kind].title,
            names[each.note.plugin, each.note.kind, record_of(each.note)],
        )
        for each in written(notes)
        if (each.note.plugin, each.note.kind, record_of(each.note)) in names
    ]
    return found, more


def _names(notes: Sequence[Note]) -> dict[tuple[str, str, int], str]:
    """How the records of these notes are called: one statement for each kind of them."""
    wanted: dict[tuple[str, str], set[int]] = {}
    for note in notes:
        wanted.setdefault((note.plugin, note.kind), set()).add(record_of(note))
    found = {}
    for (plugin, kind), ids in wanted.items():
        timeline = timelines()[plugin, kind]
        for record in db.session.scalars(visible(timeline.model).where(timeline.key.in_(sorted(ids)))):
            found[plugin, kind, int(record.id)] = timeline.name(record)
    return found


def unread() -> int:
    """How many notes that mention the acting user are unread."""
    statement = visible(Note).where(Note.id.in_(_mine(only_unread=True)))
    return int(db.session.scalar(statement.with_only_columns(func.count())) or 0)


def mark_read(note_id: int) -> Note:
    """The acting user has read a note that mentions them. Inside ``writing()``. Errors: ``NotFound``."""
    note = note_by_id(note_id)
    if db.session.scalar(_mine().where(Mention.note_id == note_id).limit(1)) is None:
        raise NotFound(_("There is no such note."))
    _mark(Mention.note_id == note_id)
    seen(note_id)
    return note


def mark_all_read() -> int:
    """The acting user has read all notes that mention them and that they see. Inside ``writing()``; how many rows."""
    return _mark(Mention.note_id.in_(visible(Note).with_only_columns(Note.id)))


def _mark(which: Any) -> int:
    statement = update(Mention).where(Mention.user_id == acting_user().id, Mention.read_at.is_(None), which)
    result: Any = db.session.execute(
        statement.values(read_at=clock.now()), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount)
