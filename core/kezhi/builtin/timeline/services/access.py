"""Whose notes one sees: those on the records that one sees, by the right that their plugin names."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, select

from kezhi import NotFound, User, acting_user, db, visible
from kezhi.i18n import _
from kezhi.visibility import visible_where

from ..contributions import Timeline
from ..models import Note

NOBODYS = -1
USE = "timeline.use"  #: the right to read and write notes at all


def timelines() -> dict[tuple[str, str], Timeline]:
    """What has a timeline, by plugin and kind. Of a plugin that is not enabled there is nothing."""
    pairs = current_app.extensions["kezhi"].call.attributed.register_timelines()
    return {(plugin, item.kind): item for plugin, item in pairs}


def timeline_for(plugin: str, kind: str) -> Timeline:
    """Errors: ``NotFound``."""
    found = timelines().get((plugin, kind))
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def may_write(timeline: Timeline, user: User) -> bool:
    """Whether a person who sees the record may write notes on it."""
    return bool(timeline.write) and user.can(USE) and user.can(timeline.write)


def record_for(plugin: str, kind: str, record_id: int, *, to_write: bool = False) -> Any:
    """The record that notes hang on, if the acting user may see them (``to_write``: may write some).

    Errors: ``NotFound``.
    """
    timeline, user = timeline_for(plugin, kind), acting_user()
    allowed = user.can(USE) and user.can(timeline.read) and (not to_write or may_write(timeline, user))
    record = db.session.scalars(visible(timeline.model).where(timeline.key == record_id)).one_or_none()
    if record is None or not (allowed or user.is_system):
        raise NotFound(_("There is no such record."))
    return record


def hangs_on(plugin: str, kind: str, record_id: int) -> ColumnElement[bool]:
    """The condition on notes of one record."""
    column = Note.customer_id if timeline_for(plugin, kind).is_customer else Note.record_id
    return and_(Note.plugin == plugin, Note.kind == kind, column == record_id)


def record_of(note: Note) -> int:
    """The id of the record that a note hangs on."""
    own = timeline_for(note.plugin, note.kind).is_customer
    return int((note.customer_id if own else note.record_id) or 0)


def grants(user: User) -> Any:
    """The notes that a user sees. The selects name tables: the net must not narrow them once more."""
    table, found = Note.__table__.c, []
    if not user.can(USE):
        return [select(table.id).where(table.id == NOBODYS)]
    for (plugin, kind), timeline in timelines().items():
        if not user.can(timeline.read):
            continue
        conditions = [table.plugin == plugin, table.kind == kind]
        ids = _ids(timeline, user)
        if ids is not None:
            conditions.append((table.customer_id if timeline.is_customer else table.record_id).in_(ids))
        found.append(select(table.id).where(*conditions))
    return found or [select(table.id).where(table.id == NOBODYS)]


def _ids(timeline: Timeline, user: User) -> Any:
    """The records that the user sees, also those that are seen by the rule of another one; None for all of them."""
    condition = visible_where(timeline.model, user)
    return None if condition is None else select(timeline.key).where(condition)


def note_by_id(note_id: int) -> Note:
    """A note that the acting user sees, removed or not. Errors: ``NotFound``."""
    note: Note | None = db.session.scalars(visible(Note).where(Note.id == note_id)).one_or_none()
    if note is None or (note.plugin, note.kind) not in timelines():
        raise NotFound(_("There is no such note."))
    return note
