"""Limit and exposure side by side: what customers may still owe, any number of them in one select (CRD-04)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Select, bindparam, cast, func, null, select

from kezhi import BigInt, clock, db
from kezhi.figures import sql_int

from . import keeping
from .exposure import DAYS, FIGURES, receivables, sums
from .keeping import this_moment
from .reserving import reserved
from .standing import CUSTOMERS, standing

#: what a position adds to the standing of a customer; NULL while the exposure is unknown, but for ``reserved``
ADDED = (*FIGURES, DAYS, "receivables", "overdue", "exposure", "reserved", "used", "free")


def position(day: date, population: Select[Any] | None = None) -> Select[Any]:
    """One row per customer: its standing, every part of the exposure, and what is free of the limit.

    ``used`` is exposure and reservations, ``free`` what is left of the limit: below 0 when it is exceeded, above the
    limit when more was paid ahead than is owed.
    """
    stands = standing(day, population).subquery("standing")
    given = receivables(day, population)
    kept = reserved(this_moment(), population).subquery("kept")
    joined: Any = stands.outerjoin(kept, kept.c.customer_id == stands.c.customer_id)
    held = func.coalesce(kept.c.amount, sql_int(0))
    if given is None:
        unknown = cast(null(), BigInt)  # typed: PostgreSQL compares no untyped NULL with a number
        found: dict[str, Any] = dict.fromkeys((*FIGURES, DAYS, "receivables", "overdue", "exposure"), unknown)
        found |= {"reserved": held, "used": unknown, "free": unknown}
        return select(*stands.c, *(found[name].label(name) for name in ADDED)).select_from(joined)
    joined = joined.outerjoin(given, given.c.customer_id == stands.c.customer_id)
    figures = [func.coalesce(given.c[name], sql_int(0)).label(name) for name in (*FIGURES, DAYS)]
    parts = select(*stands.c, *figures, held.label("reserved")).select_from(joined).subquery("parts")
    found = sums(parts)
    found["used"] = found["exposure"] + parts.c.reserved
    found["free"] = parts.c.limit - found["used"]
    return select(*(each for each in parts.c if each.name not in found), *(found[name].label(name) for name in found))


def position_of(customer_id: int, day: date | None = None) -> dict[str, Any]:
    """The position of one customer, whoever looks, in one statement."""
    statement = keeping.kept("one", day or clock.today(), partial(_of_one, day or clock.today()))
    return dict(db.session.execute(statement, {"credit_customer": customer_id}).mappings().one())


def _of_one(day: date) -> Select[Any]:
    return position(day, select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == bindparam("credit_customer", type_=BigInt)))
