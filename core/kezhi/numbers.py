"""Running numbers without gaps or races: a row per sequence, locked in the caller's transaction."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from .db import db
from .tables import number

MINE, COUNT = number.c.key == bindparam("sequence"), bindparam("count", type_=number.c.value.type)
TAKE = update(number).where(MINE).values(value=number.c.value + COUNT).returning(number.c.value)


def next_numbers(key: str, count: int = 1) -> range:
    """Reserve ``count`` numbers of the sequence ``key``, starting at 1. Rolled back with the transaction."""
    if not db.session.info.get("writing"):
        raise RuntimeError("next_numbers outside writing()")
    taken = _take(key, count)
    if taken is None:
        try:
            with db.session.begin_nested():
                db.session.execute(insert(number).values(key=key, value=0))
        except IntegrityError:
            pass  # another transaction made the row in between
        taken = _take(key, count)
    if taken is None:
        raise RuntimeError(f"sequence {key!r} vanished")
    return range(taken - count + 1, taken + 1)


def _take(key: str, count: int) -> int | None:
    return db.session.connection().execute(TAKE, {"sequence": key, "count": count}).scalar_one_or_none()


def last_number(key: str) -> int:
    """The last number given, 0 before the first."""
    return db.session.execute(select(number.c.value).where(number.c.key == key)).scalar_one_or_none() or 0
