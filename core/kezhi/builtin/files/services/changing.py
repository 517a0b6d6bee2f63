"""Rows of files. Every function here expects an open ``writing()``; the bytes lie in the blob folder already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update

from kezhi import Conflict, Refused, acting_user, announce, audit_record, clock, db, setting
from kezhi.i18n import _

from .. import storage
from ..models import Blob, File, Version
from .access import Held, attachment_for, one_file, record_for
from .storing import Upload

LONGEST_NOTE = 500


def attach(
    upload: Upload,
    plugin: str,
    kind: str,
    record_id: int,
    *,
    customer_id: int | None = None,
    note: str = "",
    by_code: bool = False,
) -> File:
    """Hang a received upload on a record as a new file.

    ``customer_id``: whose data it holds; of a customer's own files, and where the attachment says it, it is known.
    ``by_code``: the plugin itself adds the file, after checks of its own. Errors: ``NotFound`` when the acting user may
    not attach to that record.
    """
    attachment = attachment_for(plugin, kind)
    if not by_code:
        record = record_for(plugin, kind, record_id, to_attach=True)
        if attachment.customer is not None:
            customer_id = attachment.customer(record)
    own = attachment.is_customer
    file = File(
        plugin=plugin,
        kind=kind,
        record_id=None if own else record_id,
        customer_id=record_id if own else customer_id,
        latest=1,
        created_at=clock.now(),
        created_by=acting_user().login,
        deleted_by="",
        deleted_reason="",
    )
    db.session.add(file)
    db.session.flush()
    _store(file, 1, upload, note)
    audit_record("file.attach", "file", file.id, plugin=plugin, kind=kind, record=record_id, **_facts(upload))
    announce(File, "create", [file.id])
    return file


def add_version(file_id: int, upload: Upload, expected: int, note: str = "") -> File:
    """Replace the content of a file; the versions before it stay. ``expected`` is the number that was seen.

    Errors: ``NotFound``, ``Conflict`` when somebody else added one meanwhile, ``Refused`` for a deleted file.
    """
    file = one_file(file_id, to_change=True).file
    if file.deleted_at is not None:
        raise Refused(_("This file is deleted. Bring it back first."))
    number = expected + 1
    claim = update(File).where(File.id == file_id, File.latest == expected).values(latest=number)
    result: Any = db.session.execute(claim, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("Somebody else uploaded a newer version meanwhile. Look at it first."))
    db.session.refresh(file)
    _store(file, number, upload, note)
    audit_record("file.version", "file", file.id, version=number, **_facts(upload))
    announce(File, "update", [file.id])
    return file


def _store(file: File, number: int, upload: Upload, note: str) -> None:
    now = clock.now()
    add_blob(upload.written, now)
    db.session.add(
        Version(
            file_id=file.id,
            number=number,
            name=upload.name,
            media_type=upload.media_type,
            size=upload.size,
            sha256=upload.sha256,
            blob=upload.blob,
            note=(note or "")[:LONGEST_NOTE],
            uploaded_at=now,
            uploaded_by=acting_user().login,
        )
    )
    db.session.flush()


def add_blob(written: storage.Written, at: datetime) -> None:
    """The rows of bytes that lie in the blob folder: what they are, and their key."""
    sizes = {"size": written.stored_size, "sha256": written.stored_sha256}
    db.session.add(Blob(name=written.name, **sizes, written_at=at, sealed=bool(written.version)))
    storage.keep_key(written)
    db.session.flush()


def _facts(upload: Upload) -> dict[str, Any]:
    """What the audit chain keeps of an upload. Names may be personal data: they stand in rows that can be erased."""
    return {"sha256": upload.sha256, "size": upload.size, "media_type": upload.media_type}


def delete_file(file_id: int, reason: str) -> File:
    """Take a file away from its record. It can be brought back for a while. Errors: ``NotFound``, ``Refused``."""
    file = one_file(file_id, to_change=True).file
    if not reason.strip():
        raise Refused(_("Say why the file is deleted."), field="reason")
    if file.deleted_at is not None:
        raise Conflict(_("This file is deleted already."))
    file.deleted_at, file.deleted_by = clock.now(), acting_user().login
    file.deleted_reason = reason.strip()[:LONGEST_NOTE]
    db.session.flush()
    audit_record("file.delete", "file", file.id)
    announce(File, "update", [file.id])
    return file


def restore_file(file_id: int) -> File:
    """Bring a deleted file back. Errors: ``NotFound``, ``Conflict`` when it is there."""
    file = one_file(file_id, to_change=True).file
    if file.deleted_at is None:
        raise Conflict(_("This file is not deleted."))
    file.deleted_at, file.deleted_by, file.deleted_reason = None, "", ""
    db.session.flush()
    audit_record("file.restore", "file", file.id)
    announce(File, "update", [file.id])
    return file


def gone_on(held: Held) -> Any:
    """The day from which a deleted file can no longer be brought back."""
    deleted = held.file.deleted_at
    return clock.local(deleted + timedelta(days=int(setting("files", "keep_deleted_days")))).date() if deleted else None


def forget_plugin(plugin: str) -> None:
    """The files of an uninstalled plugin's records go with its tables; the sweep removes their bytes."""
    gone = delete(File).where(File.plugin == plugin)
    result: Any = db.session.execute(gone, execution_options={"synchronize_session": False, "kezhi_unscoped": True})
    if result.rowcount:
        audit_record("file.forget", "files", plugin, files=int(result.rowcount))
