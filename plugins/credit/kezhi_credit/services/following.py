"""The summary follows what changes: at once for a few customers, in a job for many (hook ``after_change``).

What it depends on is asked of the select that counts: whichever tables that reads, of whichever app.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, Table, inspect, select
from sqlalchemy.sql import visitors

from kezhi import clock, db
from kezhi.jobs import enqueue

from ..models import Terms
from .classes import CLASSES, TERMS
from .keeping import kept
from .position import position
from .standing import CUSTOMERS
from .summary import SUMMARY, UNSCOPED, count_marked, mark

REFRESH = "credit.refresh"
MOST = 500  #: customers counted in the transaction that changes them


def follow(model: Any, change: str, keys: Any) -> None:
    """Bring the summary up to date with rows of ``model`` that changed, or mark the rows that a job will count."""
    table = getattr(model, "__table__", None)
    if table is None or table.name not in tables_read():
        return
    db.session.flush()
    if "customer_id" not in table.c or change == "delete":
        everybody_of(keys if model is Terms else None)
    elif (customers := _few(table, model, keys)) is None:
        mark(_whose(table, model, keys), clock.now())
        enqueue(REFRESH)
    elif mark(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.in_(customers))):
        count_marked()


def everybody_of(terms: Any = None) -> None:
    """The figures of everybody, or of the customers of the classes with these terms, may have changed."""
    now = clock.now()
    concerned = select(SUMMARY.c.customer_id).where(SUMMARY.c.due_at > now)
    if terms is not None:
        keys = select(CLASSES.c.key).join(TERMS, TERMS.c.class_id == CLASSES.c.id).where(TERMS.c.id.in_(terms))
        concerned = concerned.where(SUMMARY.c.class_key.in_(keys))
    mark(concerned, now)
    enqueue(REFRESH)


def tables_read() -> Collection[str]:
    """The tables that a position is counted from. Customers are not among them: of these only the ids count."""
    found: frozenset[str] = kept("tables", clock.today(), _tables)
    return found


def _tables() -> frozenset[str]:
    read = visitors.iterate(position(clock.today()))
    found = {each.name for each in read if isinstance(each, Table)}
    return frozenset(found - {CUSTOMERS.name, SUMMARY.name})


def _whose(table: Any, model: Any, keys: Any) -> Select[Any]:
    return select(table.c.customer_id).where(inspect(model).primary_key[0].in_(keys)).distinct()


def _few(table: Any, model: Any, keys: Any) -> list[int] | None:
    """The customers concerned when they are few."""
    asked = _whose(table, model, keys).limit(MOST + 1)
    found = [each for each in db.session.scalars(asked, execution_options=UNSCOPED) if each is not None]
    return found if len(found) <= MOST else None
