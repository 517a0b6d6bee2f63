"""What importers work with: values of staged rows as SQL expressions, and problems written set-based.

Values stand in ``Row.data`` as JSON: text, whole numbers, dates as ISO text. An empty or absent cell is NULL here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Date, Select, String, func, insert, literal, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from kezhi import db

from ..protection.fields import NOTHING, seal, unseal
from ..protection.sealed import is_sealed, token_of
from .models import Batch, Problem, Row

CHUNK = 500  #: rows that are sealed anew in one go


class _whole(FunctionElement[Any]):
    """Text as a 64-bit integer (SQLite gives BIGINT the affinity of INTEGER)."""

    type = BigInteger()
    inherit_cache = True


@compiles(_whole)
def _compile_whole(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BIGINT)"


class _day(FunctionElement[Any]):
    """ISO text as a date; SQLite keeps dates as that very text."""

    type = Date()
    inherit_cache = True


@compiles(_day)
def _day_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS DATE)"


@compiles(_day, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


def field_text(key: str) -> ColumnElement[Any]:
    """The text of a field, NULL when the cell is empty or the file has no such column."""
    return func.nullif(Row.data[key].as_string(), "", type_=String())


def field_int(key: str) -> ColumnElement[Any]:
    """A whole number of a field (minor units, ppm, counts), 64 bits wide; NULL when empty."""
    return _whole(func.nullif(Row.data[key].as_string(), ""))


def field_date(key: str) -> ColumnElement[Any]:
    """A date of a field, fit for a Date column on both databases; NULL when empty."""
    return _day(func.nullif(Row.data[key].as_string(), ""))


def good_rows(batch: Batch) -> list[ColumnElement[bool]]:
    """The conditions on ``Row`` for the batch's rows without an error."""
    return [Row.batch_id == batch.id, Row.bad.is_(False)]


def seal_to_targets(batch: Batch, names: Mapping[str, str], tokens: Any) -> None:
    """Seal staged values anew for the records that they change: a protected value opens in its own record only.

    ``names`` says by field of the file which protected field it is; ``tokens`` is a select of (row, field of the file,
    token of the record or NULL) for the rows that change one.
    """
    types, rows = dict(names), dict[int, dict[str, str]]()
    for row, key, token in db.session.execute(tokens):
        if token:
            rows.setdefault(row, {})[key] = token
    numbers = sorted(rows)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        found = select(Row.row, Row.data).where(Row.batch_id == batch.id, Row.row.in_(chunk))
        changed = []
        for number, data in db.session.execute(found).all():
            stale = {
                key: token
                for key, token in rows[number].items()
                if data.get(key) and is_sealed(data[key]) and token_of(data[key]) != token
            }
            if stale:
                anew = {key: seal(types[key], token, unseal(types[key], data[key])) for key, token in stale.items()}
                changed.append({"batch_id": batch.id, "row": number, "data": {**data, **anew}})
        if changed:
            db.session.execute(update(Row), changed)


def add_problems(
    batch: Batch,
    rows: Select[Any] | Select[Any, Any],
    *,
    column: str = "",
    level: Literal["error", "warning"] = "error",
) -> None:
    """Report a problem for every row of ``rows``, a select of (row, message), in two statements.

    ``column`` is the key of the field that the problem belongs to, empty for the row as a whole. Rows with an
    ``error`` are bad from now on and leave ``good_rows``.
    """
    found = rows.subquery()
    number, message = found.c[0], found.c[1]
    names = ["batch_id", "row", "column", "level", "message", "origin", "seal_version"]
    values = select(
        literal(batch.id, BigInteger()),
        number,
        literal(column),
        literal(level),
        message,
        literal("check"),
        literal(NOTHING),
    )
    db.session.execute(insert(Problem).from_select(names, values))
    if level == "error":
        mark_bad(batch)


def mark_bad(batch: Batch) -> None:
    """Mark every row that has an error."""
    errors = select(Problem.row).where(Problem.batch_id == batch.id, Problem.level == "error")
    statement = update(Row).where(Row.batch_id == batch.id, Row.bad.is_(False), Row.row.in_(errors)).values(bad=True)
    db.session.execute(statement, execution_options={"synchronize_session": False})
