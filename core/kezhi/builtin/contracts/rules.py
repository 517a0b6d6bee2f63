"""Who may do what with contracts, unless the company decides otherwise, and who sees which (CUS-13)."""

from __future__ import annotations

from typing import Any

from kezhi import ALL, Permission, User, visible_ids
from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from .models import Contract

READ, EDIT, MONEY, KINDS = "contracts.read", "contracts.edit", "contracts.money", "contracts.kinds"
IMPORT, EXPORT = "contracts.import", "contracts.export"

WRITERS = (
    "salesperson", "account-manager", "regional-representative", "sales-supervisor", "sales-manager", "sales-director",
    "regional-manager", "project-manager", "customer-information-officer", "customer-information-clerk",
    "materials-head",
)  # fmt: skip
#: Read what was agreed on besides those who write contracts: they judge, invoice or direct.
INNER = (
    *WRITERS, "customer-service-manager", "finance", "data-analyst", "department-manager", "deputy-general-manager",
    "general-manager",
)  # fmt: skip
#: See that there is a contract, not what was agreed on.
READERS = (
    *INNER, "order-clerk", "customer-service-agent", "marketing-planner", "marketing-supervisor", "inventory-control",
    "technical-department",
)  # fmt: skip
KEEPERS = ("customer-information-officer", "sales-director")


def permissions() -> list[Permission]:
    """The rights, with the roles that have them by default."""
    exporters = (*KEEPERS, "data-analyst", "finance", "deputy-general-manager", "general-manager")
    return [
        Permission(READ, _l("See contracts"), READERS),
        Permission(EDIT, _l("Enter, change, renew and end contracts"), WRITERS),
        Permission(MONEY, _l("See the amounts and terms of contracts"), INNER),
        Permission(IMPORT, _l("Import contracts"), (*KEEPERS, "customer-information-clerk", "data-analyst")),
        Permission(EXPORT, _l("Export contracts"), exporters),
        Permission(KINDS, _l("Keep the list of kinds of contracts"), KEEPERS),
    ]


def grants(user: User) -> Any:
    """Contracts with the customers that a user sees: a condition, so that one customer's page reads only its own."""
    if not user.can(READ):
        return []
    customers = visible_ids(Customer, user)
    return ALL if customers is None else Contract.customer_id.in_(customers)
