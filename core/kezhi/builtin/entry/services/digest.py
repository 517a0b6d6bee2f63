"""What a signature binds to: the rows as they were sent."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select

from kezhi import db

from ..models import Line

LINES = Line.__table__
#: rows fetched at once
CHUNK = 5_000


def digest_of(submission_id: int) -> str:
    """SHA-256 over the frozen rows in the order of their customers: one statement, read in pieces."""
    columns = [column for column in LINES.c if column.key not in ("submission_id", "parts")]
    rows = select(LINES.c.parts, *columns).where(LINES.c.submission_id == submission_id).order_by(LINES.c.customer_id)
    found = hashlib.sha256()
    for row in db.session.execute(rows.execution_options(yield_per=CHUNK)):
        parts, *values = row  # what was signed before there were parts keeps its digest
        found.update(json.dumps([*values, parts] if parts else values, ensure_ascii=False).encode())
        found.update(b"\n")
    return found.hexdigest()
