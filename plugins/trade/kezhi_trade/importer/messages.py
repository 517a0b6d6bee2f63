"""Messages of a whole batch: one translated sentence whose blanks the database fills row by row."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, String, func, literal, select

_SLOT = re.compile("\x01(\\w+)\x01")


def slot(name: str) -> str:
    """What stands for a value in a translated sentence until :func:`message` puts a column there."""
    return f"\x01{name}\x01"


def message(text: str, **columns: ColumnElement[Any]) -> ColumnElement[str]:
    """``text`` as an SQL expression, with a column in every slot."""
    parts: list[ColumnElement[Any]] = []
    for index, piece in enumerate(_SLOT.split(text)):
        if index % 2:
            parts.append(func.coalesce(columns[piece], literal("", String()), type_=String()))
        elif piece:
            parts.append(literal(piece, String()))
    return reduce(lambda left, right: left + right, parts)


def problem(row: Any, text: str, **columns: ColumnElement[Any]) -> Any:
    """A select of (row, message) as ``add_problems`` takes it; the caller narrows it."""
    return select(row, message(text, **columns))
