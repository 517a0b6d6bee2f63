"""While a backup copies contents nobody removes any: a hold that ends by itself when the backup dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from kezhi import Conflict, acting_user, clock, db, writing
from kezhi.i18n import _

from ..models import Hold

BACKUP = "backup"
LEASE = timedelta(minutes=10)


def held() -> bool:
    """Whether bytes must not be removed now. To be asked in the transaction that makes them nobody's: a backup that
    begins meanwhile waits for its end, and then sees what it did. One statement.
    """
    return _row(lock=True).until > clock.now()


def last_done() -> Hold | None:
    """When the last backup was made, and by whom."""
    found = _row()
    return found if found.done_at is not None else None


@contextmanager
def hold() -> Iterator[None]:
    """Keep all bytes until the block ends. Errors: ``Conflict`` while another backup is being made."""
    with writing():
        if held():
            raise Conflict(_("Another backup is being made. If it was cut off, wait ten minutes."))
        _put()
    try:
        yield
    finally:
        with writing():
            _row(lock=True).until = clock.now()


def extend() -> None:
    """Hold on: to be called every now and then by a backup that takes long."""
    with writing():
        _put()


def note_done() -> None:
    """Put down that a backup is complete, in the open write transaction."""
    row = _row(lock=True)
    row.done_at, row.done_by = clock.now(), acting_user().login


def _put() -> None:
    _row(lock=True).until = clock.now() + LEASE
    db.session.flush()


def _row(*, lock: bool = False) -> Hold:
    return db.session.get_one(Hold, BACKUP, with_for_update=lock or None, populate_existing=True)
