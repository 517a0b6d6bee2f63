"""Whose files one sees: those of the records that one sees, by the right that their plugin names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, select

from kezhi import NotFound, User, acting_user, db, visible, visible_ids
from kezhi.i18n import _

from ..contributions import Attachment
from ..models import File, Version

NOBODYS = -1
USE = "files.use"  #: the right to use files at all


@dataclass(frozen=True, slots=True)
class Held:
    """A file with its newest version, or with the one that was asked for."""

    file: File
    version: Version


def attachments() -> dict[tuple[str, str], Attachment]:
    """What files can hang on, by plugin and kind. Of a plugin that is not enabled there is nothing."""
    pairs = current_app.extensions["kezhi"].call.attributed.register_attachments()
    return {(plugin, item.kind): item for plugin, item in pairs}


def attachment_for(plugin: str, kind: str) -> Attachment:
    """Errors: ``NotFound``."""
    found = attachments().get((plugin, kind))
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def record_for(plugin: str, kind: str, record_id: int, *, to_attach: bool = False) -> Any:
    """The record that files hang on, if the acting user may see its files (``to_attach``: may change them).

    Errors: ``NotFound``.
    """
    attachment, user = attachment_for(plugin, kind), acting_user()
    allowed = (
        user.can(USE)
        and user.can(attachment.read)
        and (not to_attach or (bool(attachment.attach) and user.can(attachment.attach)))
    )
    record = db.session.scalars(visible(attachment.model).where(attachment.key == record_id)).one_or_none()
    if record is None or not (allowed or user.is_system):
        raise NotFound(_("There is no such record."))
    return record


#: of a select that ``visible()`` has narrowed, and that names nothing else that is guarded but what is joined to it
NARROWED = {"kezhi_unscoped": True}


def hangs_on(plugin: str, kind: str, record_id: int) -> ColumnElement[bool]:
    """The condition on files of one record."""
    column = File.customer_id if attachment_for(plugin, kind).is_customer else File.record_id
    return and_(File.plugin == plugin, File.kind == kind, column == record_id)


def grants(user: User) -> Any:
    """The files that a user sees. The selects name tables: the net must not narrow them once more."""
    table, found = File.__table__.c, []
    if not user.can(USE):
        return [select(table.id).where(table.id == NOBODYS)]
    for (plugin, kind), attachment in attachments().items():
        if not user.can(attachment.read):
            continue
        conditions = [table.plugin == plugin, table.kind == kind]
        ids = visible_ids(attachment.model, user)
        if ids is not None:
            conditions.append((table.customer_id if attachment.is_customer else table.record_id).in_(ids))
        found.append(select(table.id).where(*conditions))
    return found or [select(table.id).where(table.id == NOBODYS)]


def _held() -> Select[Any]:
    newest = and_(Version.file_id == File.id, Version.number == File.latest)
    return visible(File).join(Version, newest).add_columns(Version).execution_options(**NARROWED)


def files_of(plugin: str, kind: str, record_id: int, *, deleted: bool = False) -> list[Held]:
    """The files of a record with their newest versions, newest first. One statement; the record is not asked for."""
    there = File.deleted_at.is_not(None) if deleted else File.deleted_at.is_(None)
    statement = _held().where(hangs_on(plugin, kind, record_id), there)
    return [Held(file, version) for file, version in db.session.execute(statement.order_by(File.id.desc()))]


def one_file(file_id: int, *, to_change: bool = False, number: int | None = None) -> Held:
    """A file that the acting user sees, deleted or not, with its newest version or the one with ``number``.

    Errors: ``NotFound``, also when the user may not change it and ``to_change`` is asked.
    """
    statement = _held().where(File.id == file_id)
    if number is not None:
        wanted = and_(Version.file_id == File.id, Version.number == number)
        statement = visible(File).join(Version, wanted).add_columns(Version).where(File.id == file_id)
    row = db.session.execute(statement).one_or_none()
    attachment = attachments().get((row[0].plugin, row[0].kind)) if row else None
    user = acting_user()
    if row is None or attachment is None:
        raise NotFound(_("There is no such file."))
    if to_change and not user.is_system and not (attachment.attach and user.can(attachment.attach)):
        raise NotFound(_("There is no such file."))
    return Held(row[0], row[1])


def record_of(file: File) -> int:
    """The id of the record that a file hangs on."""
    own = attachment_for(file.plugin, file.kind).is_customer
    return int((file.customer_id if own else file.record_id) or 0)


def versions_of(file: File) -> list[Version]:
    """All versions, newest first."""
    statement = select(Version).where(Version.file_id == file.id).order_by(Version.number.desc())
    return list(db.session.scalars(statement))
