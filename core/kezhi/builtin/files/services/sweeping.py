"""Removing bytes that no row names: those of erased files at once, those of uploads that were cut off after a day."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kezhi import Task, audit_record, clock, db, setting, writing

from .. import storage
from ..models import Blob, File, Version

CHUNK = 500


def run(task: Task) -> None:
    """The job: see :func:`sweep`."""
    sweep(task.effect())


def sweep(transaction: AbstractContextManager[Any] | None = None, *, grace: float = storage.GRACE) -> int:
    """Remove what belongs to nobody; answers how many blobs went.

    Rows first, in one transaction; then the bytes. When this is cut off in between, the bytes lie there without any row
    and the next sweep finds them by their age.
    """
    with transaction if transaction is not None else writing():
        doomed = forget(db.session())
    for name in doomed:
        storage.remove(name)
    strays = [name for name in storage.names(grace) if name not in _known([name])]
    for name in strays:
        storage.remove(name)
    for path in storage.leftovers(grace):
        path.unlink(missing_ok=True)
    return len(doomed) + len(strays)


def forget(session: Session) -> list[str]:
    """Delete the rows of files deleted long ago, and of blobs that no version names; answers the blobs' names."""
    before = clock.now() - timedelta(days=int(setting("files", "keep_deleted_days")))
    old = delete(File).where(File.deleted_at < before)
    result: Any = session.execute(old, execution_options={"synchronize_session": False})
    unnamed = select(Blob.name).where(~exists().where(Version.blob == Blob.name))
    doomed = list(session.scalars(unnamed))
    for start in range(0, len(doomed), CHUNK):
        part = doomed[start : start + CHUNK]
        session.execute(delete(Blob).where(Blob.name.in_(part)), execution_options={"synchronize_session": False})
    if doomed or result.rowcount:
        audit_record("file.sweep", "files", "", files=int(result.rowcount), blobs=len(doomed))
    return doomed


def _known(names: list[str]) -> set[str]:
    """Those of the names that a row names, read anew right before the bytes go."""
    found = set(db.session.scalars(select(Blob.name).where(Blob.name.in_(names))))
    db.session.rollback()
    return found
