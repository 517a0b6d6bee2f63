"""After the rows are gone: no bytes of them stay in files, free pages or logs; then the certificate."""

from __future__ import annotations

import logging
import time
from typing import Any

from sqlalchemy import select

from kezhi import Refused, db
from kezhi.db import end_reading

from ...documents.models import Issue
from ...files import storage
from ...files.models import Blob
from ..models import DESTROYED, Item

log = logging.getLogger("kezhi.destruction")

CERTIFICATE = "destruction.certificate"
ATTEMPTS, PAUSE = 20, 0.25  #: seconds between attempts to empty SQLite's log


def leave_no_trace() -> None:
    """Remove the bytes of destroyed contents, and what the database keeps of rows that are gone.

    SQLite: the file is written anew without its free pages and its log is emptied; PostgreSQL: dead rows are cleared.
    Does the same again when it was cut off. Errors: of the database, when it is too busy; the job comes back then.
    """
    for name in db.session.scalars(select(Blob.name).where(Blob.destroyed_at.is_not(None))).all():
        storage.remove(name)
    end_reading()
    engine: Any = db.session.get_bind()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.dbapi_connection
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("VACUUM")
            return
        connection.rollback()
        raw.execute("VACUUM")
        for _turn in range(ATTEMPTS):
            busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                break
            time.sleep(PAUSE)  # readers are gone in a moment; the next attempt of the job is minutes away
        else:
            raise RuntimeError("somebody reads in the log of the database: it is emptied at the next attempt")


def certificate(proposal_id: int) -> None:
    """Issue the certificate once. Where this server cannot make documents it is left to who opens the page."""
    from ...documents.services import issue

    destroyed = select(Item.customer_id).where(Item.proposal_id == proposal_id, Item.outcome == DESTROYED).limit(1)
    there = select(Issue.id).where(Issue.kind == CERTIFICATE, Issue.record_id == proposal_id).limit(1)
    options = {"kezhi_unscoped": True}
    wanted = db.session.scalar(destroyed, execution_options=options) is not None
    issued = db.session.scalar(there, execution_options=options) is not None
    end_reading()
    if not wanted or issued:
        return
    try:
        issue(CERTIFICATE, proposal_id, "pdf", submission=f"destruction-{proposal_id}")
    except Refused as refused:
        log.warning("the certificate of the destruction %s was not made: %s", proposal_id, refused)
