"""The state of a contract on a day. This rule is the truth: nothing is stored, and no job has to run (CUS-13).

Once for Python and once for SQL; a property test holds the two together.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, case, or_, select

from kezhi import clock

from .models import Contract

DRAFT, UPCOMING, IN_FORCE, EXPIRED, TERMINATED, RENEWED = (
    "draft", "upcoming", "in_force", "expired", "terminated", "renewed",
)  # fmt: skip
STATES = (DRAFT, UPCOMING, IN_FORCE, EXPIRED, TERMINATED, RENEWED)

TABLE: Any = Contract.__table__


def state_on(contract: Any, day: date, renewed: bool = False) -> str:
    """The state on ``day``; ``renewed``: whether a signed contract follows this one.

    A draft that was given up is terminated. A renewal shows once the contract itself is over: until then both stand.
    """
    if contract.terminated_on is not None and (contract.signed_on is None or contract.terminated_on < day):
        return TERMINATED
    if contract.signed_on is None:
        return DRAFT
    if contract.valid_to is not None and contract.valid_to < day:
        return RENEWED if renewed else EXPIRED
    return UPCOMING if contract.valid_from > day else IN_FORCE


def today() -> Any:
    """The company's day as a parameter that is asked when a statement runs: columns may be kept longer than a day."""
    return bindparam("contracts_today", callable_=clock.today, type_=Date(), unique=True)


def sql_in_force(day: Any, table: Any = TABLE) -> ColumnElement[bool]:
    """Whether a row is in force on ``day`` (a date or an expression): signed, begun, neither over nor terminated."""
    c = table.c if hasattr(table, "c") else table
    return and_(
        c.signed_on.is_not(None),
        c.valid_from <= day,
        or_(c.valid_to.is_(None), c.valid_to >= day),
        or_(c.terminated_on.is_(None), c.terminated_on >= day),
    )


@lru_cache(maxsize=32)
def sql_renewed(table: Any = TABLE) -> ColumnElement[bool]:
    """Whether a signed contract follows a row."""
    following = TABLE.alias("following")
    follows = select(following.c.id).where(following.c.predecessor_id == table.c.id, following.c.signed_on.is_not(None))
    return follows.correlate(table).exists()


@lru_cache(maxsize=32)
def sql_state(day: Any, table: Any = TABLE) -> ColumnElement[str]:
    """The state of a row on ``day``, as :func:`state_on`."""
    c = table.c
    given_up = and_(c.terminated_on.is_not(None), or_(c.signed_on.is_(None), c.terminated_on < day))
    return case(
        (given_up, TERMINATED),
        (c.signed_on.is_(None), DRAFT),
        (and_(c.valid_to < day, sql_renewed(table)), RENEWED),
        (c.valid_to < day, EXPIRED),
        (c.valid_from > day, UPCOMING),
        else_=IN_FORCE,
    )


@lru_cache(maxsize=32)
def sql_last_day(table: Any = TABLE) -> ColumnElement[Any]:
    """The last day of a row: the agreed one or that of its termination; NULL for open-ended."""
    c = table.c
    return case((c.terminated_on < c.valid_to, c.terminated_on), else_=c.valid_to)
