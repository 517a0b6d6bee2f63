"""Writing, changing and removing notes. Functions that write expect an open ``writing()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, setting, visible
from kezhi.i18n import _

from ...accounts.models import Account
from ..forms import MOST_TEXT
from ..mentions import Named, put_together, spellings, take_apart
from ..models import Mention, Note
from .access import hangs_on, note_by_id, record_for, record_of, timeline_for
from .people import readers
from .telling import tell_mentioned


@dataclass(frozen=True, slots=True)
class Written:
    """A note as it is read: its text in pieces, each with whether it is a mention."""

    note: Note
    author: str
    pieces: list[tuple[str, bool]]

    @property
    def text(self) -> str:
        """The text with the names of the people mentioned."""
        return "".join(piece for piece, _is_mention in self.pieces)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def notes_of(plugin: str, kind: str, record_id: int, until: datetime | None, limit: int) -> list[Written]:
    """Notes on a record, newest first, removed ones too. Three statements; the record is not asked for."""
    statement = visible(Note).where(hangs_on(plugin, kind, record_id))
    if until is not None:
        statement = statement.where(Note.created_at <= until)
    newest = statement.order_by(Note.created_at.desc(), Note.id.desc()).limit(limit)
    # visible() narrows it already, and it names nothing else that is guarded
    return written(db.session.scalars(newest, execution_options={"kezhi_unscoped": True}).all())


def written(notes: Sequence[Note]) -> list[Written]:
    """Notes with the names of their authors and of the people mentioned: two statements."""
    places = _places([note.id for note in notes])
    ids = {user_id for each in places.values() for _position, user_id in each}
    ids |= {note.author_id for note in notes if note.author_id is not None}
    names: dict[int, str] = {}
    if ids:
        names = {row.id: row.name for row in db.session.execute(_names().where(Account.id.in_(sorted(ids))))}
    return [
        Written(
            note,
            names.get(note.author_id, "") if note.author_id is not None else _("System"),
            put_together(note.text, places.get(note.id, []), names),
        )
        for note in notes
    ]


def _names() -> Any:
    return select(Account.id, Account.login, Account.name)


def _places(note_ids: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    if note_ids:
        statement = select(Mention.note_id, Mention.position, Mention.user_id).where(Mention.note_id.in_(note_ids))
        for note_id, position, user_id in db.session.execute(statement.order_by(Mention.note_id, Mention.position)):
            found.setdefault(note_id, []).append((position, user_id))
    return found


def open_text(note: Note) -> str:
    """The text of a note as it is typed: of people who share their name, the login too."""
    places = _places([note.id]).get(note.id, [])
    ids = {user_id for _position, user_id in places}
    rows = list(db.session.execute(_names().where(Account.id.in_(sorted(ids))))) if ids else []
    names = {row.id: row.name for row in rows}
    if names:
        again = select(Account.name).where(Account.name.in_(sorted(names.values()))).group_by(Account.name)
        shared = set(db.session.scalars(again.having(func.count() > 1)))
        names |= {row.id: f"{row.name}({row.login})" for row in rows if row.name in shared}
    return "".join(piece for piece, _is_mention in put_together(note.text, places, names))


def is_own(note: Note) -> bool:
    """Whether the acting user wrote it."""
    return note.author_id is not None and note.author_id == acting_user().id


def may_edit(note: Note) -> bool:
    """Whether the acting user may still change the text: an own note, for some minutes."""
    until = note.created_at + timedelta(minutes=int(setting("timeline", "edit_minutes")))
    return is_own(note) and note.removed_at is None and clock.now() < until


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def write_note(plugin: str, kind: str, record_id: int, text: str) -> Note:
    """Write a note on a record; who is mentioned finds it in the inbox.

    Errors: ``NotFound`` when the acting user may not; ``Refused`` for an empty or too long text, a name that nobody
    has, or somebody mentioned who does not see the record.
    """
    record = record_for(plugin, kind, record_id, to_write=True)
    timeline = timeline_for(plugin, kind)
    kept, mentions = _resolved(plugin, kind, record_id, text, known=())
    own = timeline.is_customer
    about = timeline.customer(record) if timeline.customer is not None else None
    note = Note(
        plugin=plugin,
        kind=kind,
        record_id=None if own else record_id,
        customer_id=record_id if own else about,
        text=kept,
        author_id=acting_user().id,
        created_at=clock.now(),
        version=1,
    )
    db.session.add(note)
    db.session.flush()
    _store(note.id, mentions, {})
    people = sorted({user_id for _position, user_id in mentions})
    audit_record("note.write", "note", note.id, plugin=plugin, kind=kind, record=record_id, mentions=people)
    announce(Note, "create", [note.id])
    tell_mentioned(note, timeline, record, people)
    return note


def edit_note(note_id: int, version: int, text: str) -> Note:
    """Give an own note another text. Who stays mentioned keeps having read it.

    Errors: ``NotFound`` for somebody else's; ``Refused`` when it is too late; ``Conflict`` when it changed since.
    """
    note = _own(note_id)
    if not may_edit(note):
        raise Refused(_("The time to change this note is over. You can remove it and write another one."))
    record_id = record_of(note)
    record = record_for(note.plugin, note.kind, record_id, to_write=True)
    before = _places([note_id]).get(note_id, [])
    kept, mentions = _resolved(note.plugin, note.kind, record_id, text, known={who for _at, who in before})
    values = {"text": kept, "edited_at": clock.now(), "version": version + 1}
    claim = update(Note).where(Note.id == note_id, Note.version == version, Note.removed_at.is_(None)).values(values)
    result: Any = db.session.execute(claim, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("This note was changed meanwhile, in another window. Look at it first."))
    rows = db.session.execute(select(Mention.user_id, Mention.read_at).where(Mention.note_id == note_id))
    _store(note_id, mentions, {row.user_id: row.read_at for row in rows})
    db.session.refresh(note)
    people = sorted({user_id for _position, user_id in mentions})
    audit_record("note.edit", "note", note_id, mentions=people)
    announce(Note, "update", [note_id])
    new = set(people) - {who for _at, who in before}
    tell_mentioned(note, timeline_for(note.plugin, note.kind), record, new)
    return note


def remove_note(note_id: int) -> Note:
    """Remove an own note: its text and mentions are gone for good, that there was one stays visible.

    Errors: ``NotFound`` for somebody else's, ``Conflict`` when it is removed already.
    """
    note = _own(note_id)
    claim = update(Note).where(Note.id == note_id, Note.removed_at.is_(None))
    claim = claim.values(text="", removed_at=clock.now(), version=Note.version + 1)
    result: Any = db.session.execute(claim, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("This note is removed already."))
    db.session.execute(delete(Mention).where(Mention.note_id == note_id))
    db.session.refresh(note)
    audit_record("note.remove", "note", note_id)
    announce(Note, "update", [note_id])
    return note


def _own(note_id: int) -> Note:
    note = note_by_id(note_id)
    if not is_own(note):
        raise NotFound(_("There is no such note."))
    return note


def _resolved(
    plugin: str, kind: str, record_id: int, text: str, known: Collection[int]
) -> tuple[str, list[tuple[int, int]]]:
    """The text as it is stored and who is mentioned where. ``known`` were mentioned in it before: they may stay.

    Errors: ``Refused``.
    """
    typed = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not typed:
        raise Refused(_("Write something first."), field="text")
    if len(typed) > MOST_TEXT:
        raise Refused(_("A note has at most %(max)d characters.", max=MOST_TEXT), field="text")
    kept, places = take_apart(typed, _people(spellings(typed), known))
    meant = {each.id for _position, people in places for each in people}
    able = {each.id for each in readers(plugin, kind, record_id, meant)} | set(known)
    found = []
    for position, people in places:
        seeing = [each for each in people if each.id in able]
        name = people[0].name
        if not seeing:
            raise Refused(
                _("%(name)s may not see this record and cannot be mentioned here. Nothing has been saved.", name=name),
                field="text",
            )
        if len(seeing) > 1:
            logins = ", ".join(f"@{name}({each.login})" for each in seeing)
            raise Refused(
                _("Several people are called “%(name)s”. Write one of these: %(logins)s.", name=name, logins=logins),
                field="text",
            )
        found.append((position, seeing[0].id))
    return kept, found


def _people(spelt: Collection[str], known: Collection[int]) -> list[Named]:
    """The active people with one of these names or logins, and those ``known``: one statement."""
    if not spelt:
        return []
    logins = sorted({each.casefold() for each in spelt})
    wanted = or_(Account.name.in_(sorted(spelt)), Account.login.in_(logins)) & Account.active.is_(True)
    rows = db.session.execute(_names().where(or_(wanted, Account.id.in_(sorted(known)))))
    return [Named(row.id, row.login, row.name) for row in rows]


def _store(note_id: int, mentions: Sequence[tuple[int, int]], read: Mapping[int, datetime | None]) -> None:
    db.session.execute(delete(Mention).where(Mention.note_id == note_id))
    rows = [
        {"note_id": note_id, "position": position, "user_id": user_id, "read_at": read.get(user_id)}
        for position, user_id in mentions
    ]
    if rows:
        db.session.execute(insert(Mention), rows)


def forget_plugin(plugin: str) -> None:
    """The notes on an uninstalled plugin's records go with its tables."""
    gone = delete(Note).where(Note.plugin == plugin)
    result: Any = db.session.execute(gone, execution_options={"synchronize_session": False, "kezhi_unscoped": True})
    if result.rowcount:
        audit_record("note.forget", "notes", plugin, notes=int(result.rowcount))


def overview(plugin: str = "", kind: str = "", record_id: int | None = None, limit: int = 1000) -> list[dict[str, Any]]:
    """Notes that the acting user sees as plain data, newest first."""
    statement = visible(Note)
    for column, value in ((Note.plugin, plugin), (Note.kind, kind)):
        if value:
            statement = statement.where(column == value)
    if record_id is not None:
        statement = statement.where(func.coalesce(Note.record_id, Note.customer_id) == record_id)
    notes = db.session.scalars(statement.order_by(Note.created_at.desc(), Note.id.desc()).limit(limit)).all()
    return [
        {
            "id": each.note.id,
            "plugin": each.note.plugin,
            "kind": each.note.kind,
            "record": each.note.record_id if each.note.record_id is not None else each.note.customer_id,
            "at": each.note.created_at.isoformat(),
            "author": each.author,
            "text": each.text,
            "removed": each.note.removed_at is not None,
        }
        for each in written(notes)
    ]
