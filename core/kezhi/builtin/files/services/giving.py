"""Downloads: by the record's access rule, past the guards, on record before the first byte leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from kezhi import NotFound, PluginError, Refused, acting_user, db
from kezhi.audit import record_alone
from kezhi.db import end_reading
from kezhi.i18n import _

from ...protection.ring import KeyProblem
from .. import storage
from ..contributions import Stop, Wrap
from ..models import Blob, File, Version
from .access import Held, one_file


@dataclass(frozen=True, slots=True)
class Download:
    """What is to be sent. ``size`` is None when a guard changes the bytes on their way."""

    name: str
    media_type: str
    size: int | None
    pieces: Iterator[bytes]


def open_download(file_id: int, number: int | None = None) -> Download:
    """A file's newest version, or the one with ``number``; the download is on record when this returns.

    Errors: ``NotFound`` when there is none or the record's rule says no (on record too, if there is one); ``Refused``
    when a guard stops it or the bytes are gone.
    """
    try:
        held = one_file(file_id, number=number)
        if held.file.deleted_at is not None:
            raise NotFound(_("There is no such file."))
    except NotFound:
        if _exists(file_id):
            record_alone("file.download", "file", file_id, result="refused")
        raise
    version, version_id = held.version, held.version.id
    name, media_type, size, blob, digest = version.name, version.media_type, version.size, version.blob, version.sha256
    shown = version.number
    wraps = _asked(held)
    try:
        pieces = _pieces(version_id, blob)
    except (OSError, storage.Damaged, KeyProblem) as error:
        reason = _reason(blob, error)
        record_alone("file.download", "file", file_id, result="failed", version=shown)
        raise Refused(reason) from error
    facts: dict[str, Any] = {"version": shown, "sha256": digest}
    if wraps:
        facts["changed"] = [wrap.note for wrap in wraps]
    record_alone("file.download", "file", file_id, **facts)
    for wrap in wraps:
        pieces = wrap.change(pieces)
    return Download(name, media_type, None if wraps else size, pieces)


def _pieces(version_id: int, blob: str) -> Iterator[bytes]:
    """The content; the job that seals contents may have given it another name a moment ago."""
    try:
        return storage.read(blob)
    except FileNotFoundError:
        end_reading()
        table = Version.__table__.c
        now = db.session.scalar(select(table.blob).where(table.id == version_id))
        if now is None or now == blob:
            raise
        return storage.read(now)


def _reason(blob: str, error: Exception) -> str:
    """Why there is nothing to give out, for the person who asked."""
    if db.session.scalar(select(Blob.destroyed_at).where(Blob.name == blob)) is not None:
        return _("The content of this file was destroyed. What it was is on record.")
    if isinstance(error, KeyProblem):
        return _(
            "This file cannot be opened at present: the key file of the system is not the right one. It is not lost."
        )
    if isinstance(error, storage.KeyGone):
        return _("The key of this file is missing: the keys were not restored with the data. Tell an administrator.")
    if isinstance(error, storage.Damaged):
        return _("The content of this file is damaged. It can be restored from a backup: tell an administrator.")
    return _("The content of this file is missing. Tell an administrator.")


def _exists(file_id: int) -> bool:
    """Whether there is such a file at all, for the record only."""
    table = File.__table__.c
    return db.session.scalar(select(table.id).where(table.id == file_id)) is not None


def _asked(held: Held) -> list[Wrap]:
    """The changes that guards ask for. Errors: ``Refused`` when one stops the download, or cannot answer."""
    call = current_app.extensions["kezhi"].call
    file_id, number = held.file.id, held.version.number
    try:
        answers = call.guard_download(file=held.file, version=held.version, user=acting_user())
    except PluginError as error:
        record_alone("file.download", "file", file_id, result="refused", version=number)
        raise Refused(_("This file cannot be given out at present.")) from error
    for answer in answers:
        if isinstance(answer, Stop):
            record_alone("file.download", "file", file_id, result="refused", version=number)
            raise Refused(answer.reason)
    return [answer for answer in answers if isinstance(answer, Wrap)]
