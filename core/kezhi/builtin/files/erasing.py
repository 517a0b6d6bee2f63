"""The files of a customer whose data is destroyed: contents without a key, bytes removed, rows gone (CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from kezhi import announce, db
from kezhi import lazy_gettext as _l

from .models import Blob, File, Version
from .services import destroy_blobs

ALL = {"kezhi_unscoped": True}


def places() -> list[Any]:
    """All versions of all files that hold the customer's data, on whatever record they hang."""
    from ..destruction.contributions import Place

    return [Place("files.files", _l("Files"), erase=_erase)]


def _erase(subject: Any) -> Mapping[str, int]:
    theirs = select(File.id).where(File.customer_id.in_(subject.ids))
    ids = list(db.session.scalars(theirs, execution_options=ALL))
    blobs = (
        select(Version.blob).join(Blob, Blob.name == Version.blob)
        .where(Version.file_id.in_(ids), Blob.destroyed_at.is_(None))
    )  # fmt: skip
    names = list(db.session.scalars(blobs.order_by(Version.blob), execution_options=ALL))
    destroy_blobs(names, subject.reason)
    gone = delete(File).where(File.id.in_(ids))
    db.session.execute(gone, execution_options={**ALL, "synchronize_session": False})
    db.session.expire_all()
    if ids:
        announce(File, "delete", ids)
    return {"files_file": len(ids), "blobs": len(names)}
