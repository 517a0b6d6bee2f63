"""Who sees whose credit: that of the customers they see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kezhi import ALL, User, visible_ids
from kezhi.builtin.customers.models import Customer

#: Roles that rate customers and keep the classes unless the company decides otherwise.
KEEPERS = ("finance", "general-manager")

#: Roles that issue the report of the whole company unless the company decides otherwise.
REPORTERS = (*KEEPERS, "deputy-general-manager", "data-analyst")

#: Roles that ask for limits, releases and reservations unless the company decides otherwise.
ASKERS = (
    *KEEPERS,
    "salesperson",
    "account-manager",
    "order-clerk",
    "sales-supervisor",
    "sales-manager",
    "sales-director",
    "regional-representative",
    "regional-manager",
)

#: Roles that see credit unless the company decides otherwise.
READERS = (*ASKERS, "data-analyst", "department-manager", "deputy-general-manager", "inventory-control")


def of_customers(model: Any) -> Callable[[User], Any]:
    """The rows of ``model`` whose customer the user sees."""

    def grants(user: User) -> Any:
        customers = visible_ids(Customer, user)
        return ALL if customers is None else model.customer_id.in_(customers)

    return grants
