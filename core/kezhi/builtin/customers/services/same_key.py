"""Whether a record has a given key of the duplicate guard, so said that databases find it by the index of the key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Rare(FunctionElement[bool]):
    """A condition of which the planner is to know that few rows meet it."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        return self  # a condition already: “= 1” behind it would hide from the planner what it compares


@compiles(_Rare)
def _rare(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(_Rare, "sqlite")
def _rare_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"likelihood({compiler.process(element.clauses, **options)}, 0.00001)"


def has_key(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    """Whether a key (of a phone, credit code, name or mail address) is this value, which is not empty.

    Where most customers have no phone, SQLite's statistics say that a phone's key is the same everywhere: without being
    told otherwise it reads all records instead of the index, for each row of an import and at each save. It listens
    only where the condition stands alone or with others that hold too, not within OR. PostgreSQL knows by itself.
    """
    return _Rare(column == value)
