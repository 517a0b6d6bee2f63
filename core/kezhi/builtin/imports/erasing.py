"""Rows of files that were imported: what they say of a customer whose data is destroyed (CUS-10).

The file itself is kept nowhere once it is read; its rows are emptied and stay, so that the figures of the import hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, bindparam, cast, false, func, literal, select, update

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
    """Rows that led to the customer, and rows that name it. One look over all rows, then three statements.

    What the cells say is sealed and is opened, except where a row is known by another customer that it led to.
    """
    from ..destruction.services.wording import Wording

    of_kind = ROWS.c.batch_id.in_(select(Batch.id).where(Batch.kind.like("customers%")))
    led = func.coalesce(ROWS.c.target_id.in_(subject.ids) & of_kind, false())
    data = cast(ROWS.c.data, Text()).label("text")
    known = (ROWS.c.batch_id, ROWS.c.row, Batch.state, Batch.header, data)
    rows = select(*known, ROWS.c.raw).join(Batch, Batch.id == ROWS.c.batch_id)
    found = list(db.session.execute(rows.where(led), execution_options=ALL))
    wording = Wording(subject.traces, ())
    led_elsewhere = ROWS.c.target_id.is_not(None) & of_kind
    for closed in (True, False) if wording else ():
        chosen = rows.where(~led, led_elsewhere if closed else ~led_elsewhere)
        if closed:
            chosen = chosen.with_only_columns(*known, literal(None).label("raw"))
        for row in db.session.execute(chosen, execution_options={**ALL, "yield_per": CHUNK}):
            if wording.is_in(row.text, True) or any(wording.is_in(str(cell)) for cell in row.raw or ()):
                found.append(row)
    if not found:
        return {}
    done, waiting = list[dict[str, Any]](), list[dict[str, Any]]()
    for row in found:
        key = {"its_batch": row.batch_id, "its_row": row.row, "to_raw": [""] * len(row.header or ())}
        (done if row.state in OVER else waiting).append(key)
    mine = (ROWS.c.batch_id == bindparam("its_batch"), ROWS.c.row == bindparam("its_row"))
    values = {"data": {}, "raw": bindparam("to_raw", type_=ROWS.c.raw.type)}
    connection = db.session.connection()
    if done:
        connection.execute(update(ROWS).where(*mine).values(values), done)
    if waiting:  # nothing comes of a row that says nothing
        connection.execute(update(ROWS).where(*mine).values(**values, bad=True, action=None), waiting)
    about = (PROBLEMS.c.batch_id == bindparam("its_batch"), PROBLEMS.c.row == bindparam("its_row"))
    keys = [{name: key[name] for name in ("its_batch", "its_row")} for key in done + waiting]
    told = max(0, connection.execute(update(PROBLEMS).where(*about).values(message="—"), keys).rowcount)
    return {ROWS.name: len(found), PROBLEMS.name: told}
