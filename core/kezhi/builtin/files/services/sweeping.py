"""Removing bytes that no row names: those of erased files at once, those of uploads that were cut off after a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kezhi import Task, announce, audit_record, clock, db, setting, writing
from kezhi.jobs import enqueue

from ...protection.backups.holding import held
from .. import storage
from ..models import Blob, BlobKey, File, Version

CHUNK = 500
LATER = timedelta(minutes=15)  #: until another try while a backup is made


def run(task: Task) -> None:
    """The job: see :func:`sweep`."""
    sweep(task.effect())


def sweep(transaction: AbstractContextManager[Any] | None = None, *, grace: float = storage.GRACE) -> int:
    """Remove what belongs to nobody; answers how many blobs went.

    Rows first, in one transaction; then the bytes. When this is cut off in between, the bytes lie there without any row
    and the next sweep finds them by their age.
    """
    with transaction if transaction is not None else writing():
        if held():  # a backup copies them: they are litter later as well
            enqueue("files.sweep", due_at=clock.now() + LATER)
            return 0
        doomed = forget(db.session())
    for name in doomed:
        storage.remove(name)
    strays = list(unknown(db.session(), grace))
    db.session.rollback()
    for name in strays:
        if not _is_known(name):  # read anew right before the bytes go
            storage.remove(name)
    for path in storage.leftovers(grace):
        path.unlink(missing_ok=True)
    _forget_stray_keys()
    return len(doomed) + len(strays)


def _forget_stray_keys() -> None:
    """Keys of contents that are neither in a row nor in the folder: of jobs that were given up."""
    rowless = select(BlobKey.blob).where(~exists().where(Blob.name == BlobKey.blob))
    stray = [name for name in db.session.scalars(rowless) if not storage.exists(name)]
    db.session.rollback()
    for start in range(0, len(stray), CHUNK):
        with writing():
            storage.forget_keys(stray[start : start + CHUNK])


def forget(session: Session) -> list[str]:
    """Delete the rows of files deleted long ago, and of blobs that no version names; answers the blobs' names."""
    before = clock.now() - timedelta(days=int(setting("files", "keep_deleted_days")))
    old = list(session.scalars(select(File.id).where(File.deleted_at < before)))
    for start in range(0, len(old), CHUNK):
        part = old[start : start + CHUNK]
        session.execute(delete(File).where(File.id.in_(part)), execution_options={"synchronize_session": False})
        announce(File, "delete", part)
    unnamed = select(Blob.name).where(~exists().where(Version.blob == Blob.name))
    doomed = list(session.scalars(unnamed))
    for start in range(0, len(doomed), CHUNK):
        names = doomed[start : start + CHUNK]
        session.execute(delete(Blob).where(Blob.name.in_(names)), execution_options={"synchronize_session": False})
        storage.forget_keys(names)
    if doomed or old:
        audit_record("file.sweep", "files", "", files=len(old), blobs=len(doomed))
    return doomed


def unknown(session: Session, older_than: float) -> Iterator[str]:
    """Blobs in the folder that no row names, in as few statements as there are hundreds of them."""
    names = storage.names(older_than)
    while chunk := list(islice(names, CHUNK)):
        there = (Blob.name.in_(chunk), Blob.destroyed_at.is_(None))
        known = set(session.scalars(select(Blob.name).where(*there)))
        yield from (name for name in chunk if name not in known)


def _is_known(name: str) -> bool:
    there = (Blob.name == name, Blob.destroyed_at.is_(None))
    found = db.session.scalar(select(Blob.name).where(*there)) is not None
    db.session.rollback()
    return found
