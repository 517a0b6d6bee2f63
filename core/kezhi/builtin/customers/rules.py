"""Who may do what with customer files, unless the company decides otherwise (CUS-04)."""

from __future__ import annotations

from kezhi import Permission
from kezhi import lazy_gettext as _l

from .sections import SECTIONS
from .sharing.rules import SHARE, grants

__all__ = ["grants", "permissions"]

#: See every customer: who serves, judges or directs the whole company.
WHOLE_COMPANY = (
    "order-clerk",
    "sales-director",
    "customer-service-agent",
    "customer-service-manager",
    "customer-information-officer",
    "customer-information-clerk",
    "marketing-planner",
    "marketing-supervisor",
    "finance",
    "inventory-control",
    "data-analyst",
    "technical-department",
    "materials-head",
    "deputy-general-manager",
    "general-manager",
)
#: See the customers of their department and of those below it.
OWN_DEPARTMENT = ("sales-supervisor", "sales-manager", "regional-manager", "department-manager")
#: See the customers they are responsible for.
OWN_CUSTOMERS = ("salesperson", "account-manager", "regional-representative", "project-manager")

WRITERS = (
    "salesperson",
    "account-manager",
    "regional-representative",
    "sales-supervisor",
    "sales-manager",
    "sales-director",
    "regional-manager",
    "customer-service-manager",
    "customer-information-officer",
    "customer-information-clerk",
)
ASSIGNERS = (
    "sales-supervisor",
    "sales-manager",
    "sales-director",
    "regional-manager",
    "customer-service-manager",
    "customer-information-officer",
    "customer-information-clerk",
)
#: Give others dated access to the customers that are in their own charge.
SHARERS = tuple(dict.fromkeys((*WRITERS, *OWN_DEPARTMENT)))
KEEPERS = ("customer-service-manager", "customer-information-officer", "customer-information-clerk")
READERS = (*WHOLE_COMPANY, *OWN_DEPARTMENT, *OWN_CUSTOMERS)
#: Do not need what is sensitive: the credit standing, what we think of a customer, birthdays of people.
OUTER = frozenset({"order-clerk", "inventory-control", "technical-department", "materials-head", "project-manager"})
SENSITIVE = frozenset({"people", "trade", "analysis"})
INNER = tuple(role for role in READERS if role not in OUTER)
#: Write down what we think of a customer, besides those who write the file.
ANALYSTS = ("marketing-planner", "marketing-supervisor", "data-analyst", "deputy-general-manager", "general-manager")
#: Write the trade state besides those who write the file: it tells of credit.
CREDIT = ("finance",)


def permissions() -> list[Permission]:
    """The rights, with the roles that have them by default."""
    return [
        Permission("customers.read", _l("Read customer files"), READERS),
        Permission("customers.write", _l("Enter and change customer files"), WRITERS),
        Permission("customers.assign", _l("Choose who is responsible for a customer"), ASSIGNERS),
        Permission(SHARE, _l("Share own customers with others for a time"), SHARERS),
        Permission("customers.see_department", _l("See the customers of the own department"), OWN_DEPARTMENT),
        Permission("customers.see_all", _l("See all customers"), WHOLE_COMPANY),
        Permission("customers.import", _l("Import customer files"), (*KEEPERS, "data-analyst")),
        Permission(
            "customers.export",
            _l("Export customer files"),
            (*KEEPERS, "sales-director", "data-analyst", "deputy-general-manager", "general-manager"),
        ),
        Permission("customers.merge", _l("Find and merge duplicate customer files"), KEEPERS),
        Permission(
            "customers.lists", _l("Keep the lists of business types, stages, regions and product groups"), KEEPERS
        ),
        *_section_permissions(),
    ]


def _section_permissions() -> list[Permission]:
    """Two rights for each section but the basic one, which ``customers.read`` and ``customers.write`` are about."""
    extra = {"analysis": ANALYSTS, "trade": CREDIT}
    found = []
    for key, section in SECTIONS.items():
        if section.reading:
            readers = INNER if key in SENSITIVE else READERS
            found.append(Permission(section.read, section.reading, readers))
            found.append(Permission(section.write, section.writing, (*WRITERS, *extra.get(key, ()))))
    return found
