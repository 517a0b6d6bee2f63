"""The journal of an import: images of the rows it may touch before and after, and of these only what differs.

Set-based: per table one statement before the import and four after it, for any number of rows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    and_,
    delete,
    exists,
    insert,
    literal,
    null,
    select,
    text,
    update,
)

from kezhi import db

from ...protection.fields import NOTHING, SEAL, SEAL_VERSION
from ..contributions import Importer, Journaled
from ..journal import KEPT, compared, image
from ..models import Batch

QUIET = {"synchronize_session": False}
NAMES = ("batch_id", "part", "key", "key2", "record_id", "unit_id", "customer_id", "change", "before", "after",
         "obstacle", "seal_version")  # fmt: skip


def keep_before(importer: Importer, batch: Batch) -> None:
    """Note the rows that the import is about to change, as they stand. In the transaction that applies it."""
    for each, columns in journaled(importer, batch):
        before = image([*columns, *version_of(each.table)])
        rows = _rows(batch, each, "update", before, compared(columns)).where(each.scope(batch))
        db.session.execute(insert(KEPT).from_select(NAMES, rows))


def keep_after(importer: Importer, batch: Batch) -> None:
    """Note what the import made of them, and the rows that it created; forget what it left as it was."""
    for each, columns in journaled(importer, batch):
        noted = exists().where(*_of(batch, each), same_row(each))
        new = _rows(batch, each, "create", null(), compared(watched(each.table))).where(each.scope(batch), ~noted)
        db.session.execute(insert(KEPT).from_select(NAMES, new))
        was_there = [*_of(batch, each), KEPT.c.change == "update"]
        is_there = exists(select(1).select_from(each.table).where(same_row(each)))
        gone = update(KEPT).where(*was_there, ~is_there).values(change="delete", after=null())
        db.session.execute(gone, execution_options=QUIET)
        _forget_untouched(each, columns, was_there)
        after = update(KEPT).where(*was_there, same_row(each)).values(after=compared(columns))
        db.session.execute(after, execution_options=QUIET)
    if importer.reversal is not None and db.session.get_bind().dialect.name == "postgresql":
        # else it plans joins on the rows just noted for a handful of them
        db.session.execute(text(f"ANALYZE {KEPT.name}"))


def _forget_untouched(each: Journaled, columns: list[Any], was_there: list[ColumnElement[bool]]) -> None:
    """``after`` says so far what a row was compared by before the import."""
    same = select(1).select_from(each.table).where(same_row(each), compared(columns) == KEPT.c.after)
    untouched = [*was_there, exists(same)]
    if each.whole:  # it says which rows belong to the value that the import left
        db.session.execute(update(KEPT).where(*untouched).values(change="same"), execution_options=QUIET)
    else:
        db.session.execute(delete(KEPT).where(*untouched), execution_options=QUIET)


def journaled(importer: Importer, batch: Batch) -> list[tuple[Journaled, list[Any]]]:
    """The tables that this import writes, with the columns."""
    tables = importer.reversal.tables if importer.reversal is not None else ()
    wanted = [(each, [each.table.c[name] for name in each.columns(batch)]) for each in tables]
    return [(each, columns) for each, columns in wanted if columns]


def watched(table: Table) -> list[Any]:
    """The columns by which a later change of a created row is known.

    Not its version: a later import that was reverted has raised it and left everything as it was.
    """
    return [column for column in table.c if column.name not in ("version", "updated_at", SEAL, SEAL_VERSION)]


def version_of(table: Table) -> list[Any]:
    """The column that says by which key a row's protected values open, if it has such."""
    return [table.c[SEAL_VERSION]] if SEAL_VERSION in table.c else []


def keys_of(table: Table) -> list[Any]:
    """The one or two columns of a table's primary key. Errors: ``RuntimeError`` for more."""
    keys = list(table.primary_key)
    if len(keys) > 2:
        raise RuntimeError(f"{table.name} has a key of {len(keys)} columns: imports into it cannot be reverted")
    return keys


def same_row(each: Journaled) -> ColumnElement[bool]:
    """Whether a row of the journal is about the row of the table at hand."""
    return and_(*(own == kept for own, kept in zip(keys_of(each.table), (KEPT.c.key, KEPT.c.key2), strict=False)))


def _of(batch: Batch, each: Journaled) -> list[ColumnElement[bool]]:
    return [KEPT.c.batch_id == batch.id, KEPT.c.part == each.table.name]


def _rows(batch: Batch, each: Journaled, change: str, before: Any, after: Any) -> Any:
    table = each.table
    keys = [*keys_of(table), literal(0, BigInteger())][:2]
    customer = table.c[each.customer] if each.customer else literal(None, BigInteger())
    return select(
        literal(batch.id, BigInteger()),
        literal(table.name),
        *keys,
        table.c[each.record],
        table.c[each.unit],
        customer,
        literal(change),
        before,
        after,
        literal(""),
        *(version_of(table) or [literal(NOTHING)]),
    ).select_from(table)
