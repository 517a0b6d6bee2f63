"""A JSON list made inside the database, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from kezhi import Json


class _json_array(FunctionElement[Any]):
    type = Json
    inherit_cache = True


@compiles(_json_array)
def _postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"jsonb_build_array({compiler.process(element.clauses, **options)})"


@compiles(_json_array, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


def json_array(*values: ColumnElement[Any]) -> ColumnElement[Any]:
    """A list of the given values. At most 100."""
    return _json_array(*values)
