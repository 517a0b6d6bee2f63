"""The summary row per customer: what lists show and sort by. Rebuilt set-based for the customers an order touched."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from kezhi import audit_record, db
from kezhi.figures import sql_count, sql_total

from ..models import CANCELLED, CustomerTrade, Order

# Tables, not classes: the summary is the whole truth about a customer, whoever's change touched it.
orders = Order.__table__
summary = CustomerTrade.__table__


def computed() -> Select[Any]:
    """The summary as the orders give it; no row for a customer without orders that count."""
    return (
        select(
            orders.c.customer_id,
            sql_total(orders.c.base_amount).label("total_amount"),
            sql_count().label("order_count"),
            func.max(orders.c.order_date).label("last_order_date"),
        )
        .where(orders.c.status != CANCELLED)
        .group_by(orders.c.customer_id)
    )


def refresh_customers(customer_ids: Any) -> int:
    """Rebuild the rows of ``customer_ids`` (a list or a select of ids). Returns how many customers have a row."""
    db.session.flush()
    db.session.execute(delete(summary).where(summary.c.customer_id.in_(customer_ids)))
    return _fill(computed().where(orders.c.customer_id.in_(customer_ids)))


def refresh_summary() -> int:
    """Rebuild every row (``kezhi trade refresh``). Returns how many customers have one."""
    db.session.flush()
    db.session.execute(delete(summary))
    count = _fill(computed())
    audit_record("trade.refresh", "trade_customer", count=count)
    return count


def follow_orders(change: str, keys: Any) -> None:
    """Bring the summary up to date after orders changed (hook ``after_change``).

    Deleted orders no longer tell whose they were: then everything is rebuilt.
    """
    if change == "delete":
        refresh_summary()
    else:
        refresh_customers(select(orders.c.customer_id).where(orders.c.id.in_(keys)))


def _fill(rows: Select[Any]) -> int:
    names = ["customer_id", "total_amount", "order_count", "last_order_date"]
    statement = insert(summary).from_select(names, rows)
    result: Any = db.session.execute(statement.execution_options(preserve_rowcount=True))
    return int(result.rowcount)
