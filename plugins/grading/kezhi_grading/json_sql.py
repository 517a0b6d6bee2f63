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


class _json_array(FunctionElement[Any]):
    """``_json_array(value, value, …)``."""

    type = Json
    inherit_cache = True


@compiles(_json_array)
def _array_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"jsonb_build_array({compiler.process(element.clauses, **options)})"


@compiles(_json_array, "sqlite")
def _array_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


def json_array(*values: ColumnElement[Any]) -> ColumnElement[Any]:
    """A list of the given values. At most 100."""
    return _json_array(*values)


class _json_integer(FunctionElement[int]):
    """``_json_integer(column, path of PostgreSQL, path of SQLite)``."""

    type = BigInteger()
    inherit_cache = True


@compiles(_json_integer)
def _integer_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, path, _other = element.clauses
    return f"({compiler.process(column, **options)} #>> ({compiler.process(path, **options)})::text[])::bigint"


@compiles(_json_integer, "sqlite")
def _integer_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, _other, path = element.clauses
    return f"json_extract({compiler.process(column, **options)}, {compiler.process(path, **options)})"


def json_integer(column: ColumnElement[Any], *path: str | int) -> ColumnElement[int]:
    """The integer at ``column[key][field]…``, NULL when there is none. Keys are plain identifiers."""
    return _json_integer(column, *_paths(path))


def _paths(path: tuple[str | int, ...]) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """A path as PostgreSQL and as SQLite write it."""
    steps = ",".join(str(step) for step in path)
    places = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return literal(f"{{{steps}}}", Text()), literal(f"${places}", Text())


class _json_text(FunctionElement[str]):
    """``_json_text(column, path of PostgreSQL, path of SQLite)``."""

    type = Text()
    inherit_cache = True


@compiles(_json_text)
def _text_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, path, _other = element.clauses
    return f"({compiler.process(column, **options)} #>> ({compiler.process(path, **options)})::text[])"


compiles(_json_text, "sqlite")(_integer_sqlite)  # there a value that is read has the type that was written


def json_text(column: ColumnElement[Any], *path: str | int) -> ColumnElement[str]:
    """The text at ``column[key][field]…``, NULL when there is none. Keys are plain identifiers."""
    return _json_text(column, *_paths(path))
