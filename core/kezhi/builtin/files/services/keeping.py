"""Blobs under the keys of the ring: sealing what lies in the clear, re-wrapping after a rotation, destroying."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from kezhi import Conflict, NotFound, Refused, acting_user, audit_record, clock, db, writing
from kezhi.db import after_commit, end_reading
from kezhi.i18n import _

from ...protection import ring, sealing
from ...protection.backups.holding import held
from ...protection.contributions import CLEAR
from .. import storage
from ..models import Blob, BlobKey, Version
from .changing import add_blob

log = logging.getLogger("kezhi.files")

BATCH = 500  #: keys that are wrapped anew in one transaction
COPIES = 20  #: contents that are sealed before the job looks up again
#: whoever asked for the job: all contents are meant, not those that person sees
ALL = {"synchronize_session": False, "kezhi_unscoped": True}


def count() -> Mapping[int, int]:
    """How many contents are under which version of the key; those in the clear as version 0. Two statements."""
    found = {
        int(version): int(number)
        for version, number in db.session.execute(select(BlobKey.version, func.count()).group_by(BlobKey.version))
    }
    clear = select(func.count()).select_from(Blob).where(Blob.sealed.is_(False), Blob.destroyed_at.is_(None))
    number = db.session.scalar(clear) or 0
    return {**found, CLEAR: number} if number else found


def renew(version: int) -> int:
    """Bring some contents under ``version``: wrap their keys anew, then seal what lies in the clear."""
    return _wrap_anew(version) or (_seal_some() if ring.is_on(ring.FILES) else 0)


def _wrap_anew(version: int) -> int:
    """The keys of a batch under another version. The contents stay as they are and readable."""
    table = BlobKey.__table__
    with writing() as session:
        some = select(table.c.blob, table.c.version, table.c.wrapped).where(table.c.version != version)
        rows = session.execute(some.order_by(table.c.version, table.c.blob).limit(BATCH).with_for_update()).all()
        key = ring.key(ring.FILES, version)
        changed = []
        for row in rows:
            former = ring.key(ring.FILES, row.version)
            try:
                changed.append({"b_blob": row.blob, "wrapped": sealing.wrap(key, sealing.unwrap(former, row.wrapped))})
            except sealing.Damaged:
                log.error("the key of the content %s does not open: the doctor names it", row.blob)
        if changed:
            statement = update(table).where(table.c.blob == bindparam("b_blob"))
            session.connection().execute(statement.values(version=version, wrapped=bindparam("wrapped")), changed)
    return len(changed)


def _seal_some() -> int:
    """Seal some contents that lie in the clear: copy, verify the copy, switch the rows, then remove the old bytes.

    Cut off before the switch the copy is litter without a key; after it the old bytes are: the sweep takes both. What
    is missing or changed stays as it is, for the doctor to name.
    """
    done, last = 0, ""
    while done < COPIES:
        clear = select(Blob).where(Blob.sealed.is_(False), Blob.destroyed_at.is_(None), Blob.name > last)
        blob = db.session.scalars(clear.order_by(Blob.name).limit(1)).one_or_none()
        if blob is None:
            break
        last = blob.name
        done += _seal(blob.name, blob.size, blob.sha256)
    end_reading()
    return done


def _seal(name: str, size: int, sha256: str) -> bool:
    storage.key_in_force()
    end_reading()
    try:
        with storage.path_of(name).open("rb") as source:
            written = storage.write(source, size)
    except (OSError, Refused) as error:
        if isinstance(error, ring.KeyProblem):
            raise
        log.warning("the content %s is missing or longer than it was: it is not sealed", name)
        return False
    if storage.measured(written.open()) != (size, sha256):
        storage.discard(written)
        log.warning("the content %s is not what was uploaded: it is not sealed", name)
        return False
    storage.keep(written)
    with writing() as session:
        still = select(Blob.name).where(Blob.name == name, Blob.sealed.is_(False), Blob.destroyed_at.is_(None))
        if held() or session.scalar(still.with_for_update()) is None:  # a backup copies it, or it is erased meanwhile
            after_commit(lambda: storage.remove(written.name))
            return False
        add_blob(written, clock.now())
        session.execute(update(Version).where(Version.blob == name).values(blob=written.name), execution_options=ALL)
        session.execute(delete(Blob).where(Blob.name == name), execution_options=ALL)
        after_commit(lambda: storage.remove(name))
    return True


def destroy_blob(name: str, reason: str) -> None:
    """Make a content unreadable for good, in the open write transaction: a tombstone stays, its key is forgotten.

    The bytes go after the commit, or with the next sweep. Whoever calls this has checked who may: this service asks for
    no right. Copies of the key in backups live as long as those do. Errors: ``NotFound``, ``Conflict``, ``Refused``
    without a reason.
    """
    if not reason.strip():
        raise Refused(_("Say why the content is destroyed."), field="reason")
    blob = db.session.get(Blob, name, with_for_update=True)
    if blob is None:
        raise NotFound(_("There is no such content."))
    if blob.destroyed_at is not None:
        raise Conflict(_("This content is destroyed already."))
    destroy_blobs([name], reason)


def destroy_blobs(names: Sequence[str], reason: str) -> int:
    """The same for any number of contents, without asking for each; how many were there and not destroyed yet.

    Three statements and one entry of the audit chain per content.
    """
    blobs, versions = Blob.__table__, Version.__table__
    now, connection = clock.now(), db.session.connection()
    db.session.flush()
    there = (blobs.c.name.in_(names), blobs.c.destroyed_at.is_(None))
    gone = update(blobs).where(*there).values(destroyed_at=now)
    told = {row.name: row for row in connection.execute(gone.returning(blobs.c.name, blobs.c.sha256, blobs.c.sealed))}
    if not told:
        return 0
    storage.forget_keys(list(told))
    asked = select(versions.c.blob, versions.c.file_id, versions.c.number, versions.c.sha256)
    facts: dict[str, dict[str, Any]] = {name: {} for name in told}
    for row in connection.execute(asked.where(versions.c.blob.in_(list(told)))):
        facts[row.blob] = {"file": row.file_id, "version": row.number, "sha256": row.sha256}
    by, why = acting_user().login, reason.strip()[:500]
    for name, blob in sorted(told.items()):
        known = {"stored_sha256": blob.sha256, "sealed": blob.sealed, "reason": why}
        audit_record("file.destroy", "blob", name, by=by, **known, **facts[name])
    db.session.expire_all()
    for name in told:
        after_commit(partial(storage.remove, name))
    after_commit(_overwrite_log)
    return len(told)


def _overwrite_log() -> None:
    """SQLite's log may hold the row of the key a while longer: empty it, unless somebody reads in it at this moment."""
    engine: Any = db.session.get_bind()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
