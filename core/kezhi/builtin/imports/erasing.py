"""Rows of files that were imported: what they say of a customer whose data is destroyed (CUS-10).

The file itself is kept nowhere once it is read; its rows are emptied and stay, so that the figures of the import hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, cast, false, func, or_, select, update

from kezhi import db
from kezhi import lazy_gettext as _l

from .models import APPLIED, REVERTED, Batch, Problem, Row

ALL = {"kezhi_unscoped": True}
CHUNK = 2_000  #: rows that are opened at once
ROWS, PROBLEMS = Row.__table__, Problem.__table__
#: batches of which no row takes effect any more
OVER = (APPLIED, REVERTED, "discarded", "refused")


def places() -> list[Any]:
    """The staged rows and what was said about them."""
    from ..destruction.contributions import Place

    return [Place("imports.rows", _l("Rows of imported files"), erase=_erase, covers=(ROWS.name, PROBLEMS.name))]


def _erase(subject: Any) -> Mapping[str, int]:
    """Rows that led to the customer, and rows that name it. One look over all rows, then one statement per row.

    What the cells say is sealed: of rows that led nowhere it is opened, the others are known by the record they led to.
    """
    postgresql = db.session.get_bind().dialect.name == "postgresql"
    find: Any = func.strpos if postgresql else func.instr
    named = [
        find(cast(ROWS.c.data, Text()), form) > 0 for text in subject.traces for form in {text, json.dumps(text)[1:-1]}
    ]
    of_kind = select(Batch.id).where(Batch.kind.like("customers%"))
    led = ROWS.c.target_id.in_(subject.ids) & ROWS.c.batch_id.in_(of_kind)
    rows = select(ROWS.c.batch_id, ROWS.c.row, ROWS.c.raw, Batch.state).join(Batch, Batch.id == ROWS.c.batch_id)
    found = list(db.session.execute(rows.where(or_(led, *named)), execution_options=ALL))
    lost = rows.where(ROWS.c.target_id.is_(None), ~or_(led, *named)) if named else rows.where(false())
    for row in db.session.execute(lost, execution_options={**ALL, "yield_per": CHUNK}):
        cells = "\n".join(str(cell) for cell in row.raw or ())
        if any(text in cells for text in subject.traces):
            found.append(row)
    told = 0
    for row in found:
        mine = (ROWS.c.batch_id == row.batch_id, ROWS.c.row == row.row)
        values: dict[str, Any] = {"data": {}, "raw": [""] * len(row.raw or [])}
        if row.state not in OVER:  # nothing comes of a row that says nothing
            values |= {"bad": True, "action": None}
        db.session.execute(update(ROWS).where(*mine).values(values))
        about = (PROBLEMS.c.batch_id == row.batch_id, PROBLEMS.c.row == row.row)
        result: Any = db.session.execute(update(PROBLEMS).where(*about).values(message="—"))
        told += result.rowcount
    return {ROWS.name: len(found), PROBLEMS.name: told}
