"""Rows of files that were imported: what they say of a customer whose data is destroyed (CUS-10).

The file itself is kept nowhere once it is read; its rows are emptied and stay, so that the figures of the import hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, cast, func, or_, select, update

from kezhi import db
from kezhi import lazy_gettext as _l

from .models import APPLIED, REVERTED, Batch, Problem, Row

ROWS, PROBLEMS = Row.__table__, Problem.__table__
#: batches of which no row takes effect any more
OVER = (APPLIED, REVERTED, "discarded", "refused")


def places() -> list[Any]:
    """The staged rows and what was said about them."""
    from ..destruction.contributions import Place

    return [Place("imports.rows", _l("Rows of imported files"), erase=_erase, covers=(ROWS.name, PROBLEMS.name))]


def _erase(subject: Any) -> Mapping[str, int]:
    """Rows that led to the customer, and rows that name it. One look over all rows, then one statement per row."""
    postgresql = db.session.get_bind().dialect.name == "postgresql"
    find: Any = func.strpos if postgresql else func.instr
    named = [
        find(cast(ROWS.c.raw, Text()), form) > 0 for text in subject.traces for form in {text, json.dumps(text)[1:-1]}
    ]
    of_kind = select(Batch.id).where(Batch.kind.like("customers%"))
    led = ROWS.c.target_id.in_(subject.ids) & ROWS.c.batch_id.in_(of_kind)
    statement = select(ROWS.c.batch_id, ROWS.c.row, ROWS.c.raw, Batch.state).join(Batch, Batch.id == ROWS.c.batch_id)
    found = db.session.execute(statement.where(or_(led, *named)), execution_options={"kezhi_unscoped": True}).all()
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
