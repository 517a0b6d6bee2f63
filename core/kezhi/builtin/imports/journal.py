"""Rows as JSON images, in SQL: what an import found, what it left, and values taken out of an image again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, String, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from kezhi import Json

from ..protection.fields import digest_of, is_protected
from .models import Batch, Kept

KEPT = Kept.__table__
MOST_PAIRS = 40  #: columns per JSON function: databases limit the arguments of one
_NAME = re.compile("[a-z][a-z0-9_]*")


class image(FunctionElement[Any]):
    """A row's ``columns`` as a JSON object with their names."""

    type = Json
    inherit_cache = True

    def __init__(self, columns: Iterable[Any]) -> None:
        chosen = list(columns)
        for column in chosen:
            _literal(column.name)
        super().__init__(*chosen)


def compared(columns: Iterable[Column[Any]]) -> image:
    """The same for telling whether a row has changed: of what is protected, the digest."""
    return image(digest_of(each).label(each.name) if is_protected(each) else each for each in columns)


@compiles(image)
def _image_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return " || ".join(f"jsonb_build_object({piece})" for piece in _pieces(element, compiler, options))


@compiles(image, "sqlite")
def _image_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, *more = [f"json_object({piece})" for piece in _pieces(element, compiler, options)]
    for piece in more:  # what is empty falls out of an image of many columns, and reads as empty
        first = f"json_patch({first}, {piece})"
    return first


def _pieces(element: Any, compiler: Any, options: Any) -> list[str]:
    columns = list(element.clauses)
    pairs = [f"{_literal(column.name)}, {compiler.process(column, **options)}" for column in columns]
    return [", ".join(pairs[start : start + MOST_PAIRS]) for start in range(0, len(pairs), MOST_PAIRS)]


def _literal(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a column that an image can hold")
    return f"'{name}'"


class _taken(FunctionElement[Any]):
    """The value of a column in an image, in the type of the column."""

    inherit_cache = False

    def __init__(self, source: ColumnElement[Any], name: str, wanted: Any) -> None:
        self.name_literal, self.type = _literal(name), wanted
        super().__init__(source)


@compiles(_taken)
def _taken_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text = f"({compiler.process(element.clauses, **options)} ->> {element.name_literal})"
    if isinstance(element.type, String):
        return text
    kind = compiler.dialect.type_compiler_instance.process(element.type)
    return f"CAST({text} AS {kind})"


@compiles(_taken, "sqlite")
def _taken_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    path = "'$." + element.name_literal[1:]
    return f"json_extract({compiler.process(element.clauses, **options)}, {path})"


def former(column: Column[Any]) -> ColumnElement[Any]:
    """What stood in ``column`` before the import, by the journal's row at hand."""
    return taken(KEPT.c.before, column)


def taken(source: ColumnElement[Any], column: Column[Any]) -> ColumnElement[Any]:
    """The value of ``column`` in an image."""
    return _taken(source, column.name, column.type)


def differs(present: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an image is not the one kept."""
    return func.coalesce(present != kept, True)


def reverted_rows(batch: Batch, table: Any = None, *changes: str) -> list[ColumnElement[bool]]:
    """The conditions on the journal for what the revert at hand puts back (``create``, ``update``, ``delete``)."""
    conditions = [KEPT.c.batch_id == batch.id, KEPT.c.obstacle == ""]
    if table is not None:
        conditions.append(KEPT.c.part == table.name)
    return [*conditions, KEPT.c.change.in_(changes)] if changes else conditions
