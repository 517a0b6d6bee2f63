"""Who sees which orders: those of the customers they see."""

from __future__ import annotations

from typing import Any

from kezhi import ALL, User, visible_ids
from kezhi.builtin.customers.models import Customer

from .models import Order

#: Roles that have ``trade.write`` unless the company decides otherwise.
WRITERS = ("order-clerk", "sales-supervisor", "sales-manager", "finance", "data-analyst")

#: Roles that have ``trade.read`` unless the company decides otherwise.
READERS = (
    *WRITERS,
    "salesperson",
    "account-manager",
    "sales-director",
    "regional-representative",
    "regional-manager",
    "project-manager",
    "customer-information-officer",
    "customer-information-clerk",
    "marketing-supervisor",
    "inventory-control",
    "department-manager",
    "deputy-general-manager",
    "general-manager",
)


def grants(user: User) -> Any:
    """Orders whose customer the user sees."""
    customers = visible_ids(Customer, user)
    # a condition and not the ids of all those orders: a page of one customer would collect them each time
    return ALL if customers is None else Order.customer_id.in_(customers)


def summary_grants(user: User) -> Any:
    """Summaries of the customers the user sees."""
    customers = visible_ids(Customer, user)
    return ALL if customers is None else [customers]
