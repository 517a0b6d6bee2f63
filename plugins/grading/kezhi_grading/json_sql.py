"""JSON made and read inside the database, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from kezhi.db import Json


class _json_object(FunctionElement[Any]):
    """``_json_object(key, value, key, value, …)``."""

    type = Json
    inherit_cache = True


@compiles(_json_object)
def _object_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"jsonb_build_object({compiler.process(element.clauses, **options)})"


@compiles(_json_object, "sqlite")
def _object_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **options)})"


def json_object(**fields: ColumnElement[Any]) -> ColumnElement[Any]:
    """An object of the given fields; nested objects stay objects. At most 50 fields."""
    arguments: list[ColumnElement[Any]] = []
    for key, value in fields.items():
        arguments += [literal(key, Text()), value]
    return _json_object(*arguments)


class _json_integer(FunctionElement[int]):
    """``_json_integer(column, key, field)``."""

    type = BigInteger()
    inherit_cache = True


@compiles(_json_integer)
def _integer_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, key, field = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(({column} -> {key}) ->> {field})::bigint"


@compiles(_json_integer, "sqlite")
def _integer_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, key, field = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract({column}, '$.' || {key} || '.' || {field})"


def json_integer(column: ColumnElement[Any], key: str, field: str) -> ColumnElement[int]:
    """The integer at ``column[key][field]``, NULL when there is none. Keys are plain identifiers."""
    return _json_integer(column, literal(key, Text()), literal(field, Text()))
