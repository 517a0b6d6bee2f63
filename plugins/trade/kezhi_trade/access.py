"""Who sees which orders: those of the customers they see."""

from __future__ import annotations

from typing import Any

from kezhi import ALL, User, visible_ids
from kezhi.builtin.customers.models import Customer

from .models import Declaration, Dispute, FrozenRow, Invoice, Order, Receipt, Shipment, Stock

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

#: Roles that put declared figures and disputes on record unless the company decides otherwise.
REPORTERS = (
    *WRITERS,
    "salesperson",
    "account-manager",
    "regional-representative",
    "regional-manager",
    "customer-information-officer",
    "customer-information-clerk",
)

#: Roles that enter shipments, invoices and receipts and match them unless the company decides otherwise.
BOOKKEEPERS = ("order-clerk", "finance", "data-analyst")

#: Roles that keep the list of declared figures unless the company decides otherwise.
KEEPERS = ("data-analyst", "sales-director", "customer-information-officer")

#: Roles that do the steps of a month, and see its figures of the whole company, unless the company decides otherwise.
SUBMITTERS = ("sales-manager",)
CHECKERS = ("data-analyst",)
MONEY_CONFIRMERS = ("finance",)
STOCK_CONFIRMERS = ("inventory-control",)
MONTH_READERS = (
    *SUBMITTERS,
    "sales-director",
    *CHECKERS,
    *MONEY_CONFIRMERS,
    *STOCK_CONFIRMERS,
    "deputy-general-manager",
    "general-manager",
)

#: Roles that enter stock held for customers unless the company decides otherwise.
STOREKEEPERS = ("inventory-control", "data-analyst")


def grants(user: User) -> Any:
    """Orders whose customer the user sees."""
    return _of_customers(Order.customer_id, user)


def declaration_grants(user: User) -> Any:
    """Declared figures of the customers the user sees."""
    return _of_customers(Declaration.customer_id, user)


def dispute_grants(user: User) -> Any:
    """Disputes with the customers the user sees."""
    return _of_customers(Dispute.customer_id, user)


def shipment_grants(user: User) -> Any:
    """Shipments to the customers the user sees."""
    return _of_customers(Shipment.customer_id, user)


def invoice_grants(user: User) -> Any:
    """Invoices of the customers the user sees."""
    return _of_customers(Invoice.customer_id, user)


def receipt_grants(user: User) -> Any:
    """Receipts of the customers the user sees."""
    return _of_customers(Receipt.customer_id, user)


def frozen_grants(user: User) -> Any:
    """Rows that months keep of the customers the user sees."""
    return _of_customers(FrozenRow.customer_id, user)


def stock_grants(user: User) -> Any:
    """Stock held for the customers the user sees."""
    return _of_customers(Stock.customer_id, user)


def _of_customers(customer_id: Any, user: User) -> Any:
    """A condition and not the ids of all those rows: a page of one customer would collect them each time."""
    customers = visible_ids(Customer, user)
    return ALL if customers is None else customer_id.in_(customers)


def summary_grants(user: User) -> Any:
    """Summaries of the customers the user sees."""
    customers = visible_ids(Customer, user)
    return ALL if customers is None else [customers]
