"""Whether rows and bytes agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import db, visible

from .. import storage
from ..models import Blob, File, Version
from .sweeping import unknown

CHUNK = 500


def verify(session: Session, sample: int | None = None) -> Iterator[tuple[str, str]]:
    """What is wrong with blobs that rows name: ``(name, "missing" or "changed")``.

    With a ``sample`` every blob is looked for, but only that many are read, by chance.
    """
    chosen = None
    if sample is not None:
        chosen = set(session.scalars(select(Blob.name).order_by(func.random()).limit(sample)))
    last = ""
    while True:
        statement = select(Blob.name, Blob.size, Blob.sha256).where(Blob.name > last).order_by(Blob.name).limit(CHUNK)
        rows = session.execute(statement).all()
        if not rows:
            return
        last = rows[-1].name
        for row in rows:
            if not storage.exists(row.name):
                yield row.name, "missing"
            elif (chosen is None or row.name in chosen) and storage.fingerprint(row.name) != (row.size, row.sha256):
                yield row.name, "changed"


def orphans(session: Session) -> list[str]:
    """Blobs in the folder that no row names, and that are too old to be an upload under way."""
    return list(unknown(session, storage.GRACE))


def overview(plugin: str = "", kind: str = "", record_id: int | None = None, limit: int = 1000) -> list[dict[str, Any]]:
    """Files that the acting user sees as plain data, newest first."""
    newest = (Version.file_id == File.id) & (Version.number == File.latest)
    statement = visible(File).join(Version, newest).add_columns(Version)
    if plugin:
        statement = statement.where(File.plugin == plugin)
    if kind:
        statement = statement.where(File.kind == kind)
    if record_id is not None:
        statement = statement.where(func.coalesce(File.record_id, File.customer_id) == record_id)
    return [
        {
            "id": file.id,
            "plugin": file.plugin,
            "kind": file.kind,
            "record": file.record_id if file.record_id is not None else file.customer_id,
            "name": version.name,
            "versions": file.latest,
            "size": version.size,
            "sha256": version.sha256,
            "uploaded_at": version.uploaded_at.isoformat(),
            "uploaded_by": version.uploaded_by,
            "deleted": file.deleted_at is not None,
        }
        for file, version in db.session.execute(statement.order_by(File.id.desc()).limit(limit))
    ]
