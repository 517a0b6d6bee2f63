"""Whether rows and bytes agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import db, visible

from ...protection import ring
from .. import storage
from ..models import Blob, File, Version
from .sweeping import unknown

CHUNK = 500


def verify(session: Session, sample: int | None = None) -> Iterator[tuple[str, str]]:
    """What is wrong with blobs that rows name: ``(name, what)``.

    ``missing`` and ``changed`` are told without any key; ``keyless`` and ``unreadable`` are sealed contents that cannot
    be opened although the key file is right. With a ``sample`` every blob is looked for, but only that many are read,
    by chance.
    """
    opens, version = not ring.problems(), Version.__table__  # all contents are meant, whoever asks
    chosen = None
    if sample is not None:
        chosen = set(session.scalars(select(Blob.name).order_by(func.random()).limit(sample)))
    last = ""
    while True:
        statement = select(Blob.name, Blob.size, Blob.sha256, Blob.sealed, version.c.size, version.c.sha256)
        statement = statement.outerjoin(version, version.c.blob == Blob.name)
        there = (Blob.name > last, Blob.destroyed_at.is_(None))
        rows = session.execute(statement.where(*there).order_by(Blob.name).limit(CHUNK)).all()
        if not rows:
            return
        last = rows[-1].name
        for row in rows:
            name, size, sha256, sealed, *content = row
            if not storage.exists(name):
                if not _is_sealed_anew(session, name):
                    yield name, "missing"
            elif chosen is not None and name not in chosen:
                continue
            elif storage.fingerprint(name) != (size, sha256):
                yield name, "changed"
            elif sealed and opens and (wrong := _closed(name, content)):
                yield name, wrong


def _is_sealed_anew(session: Session, name: str) -> bool:
    """Whether the row is gone since it was read: the job seals contents under new names, or somebody erased it."""
    session.rollback()
    return session.scalar(select(Blob.name).where(Blob.name == name, Blob.destroyed_at.is_(None))) is None


def _closed(name: str, content: list[Any]) -> str:
    """What keeps a sealed blob from opening as what was uploaded, if anything does."""
    try:
        found = storage.content_of(name)
    except storage.KeyGone:
        return "keyless"
    except storage.Damaged:
        return "unreadable"
    except OSError:
        return "missing"
    return "unreadable" if None not in content and found != tuple(content) else ""


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
