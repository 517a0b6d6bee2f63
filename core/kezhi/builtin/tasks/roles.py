"""The roles that have tasks, and those that answer for the tasks of others, unless the company decides otherwise."""

from __future__ import annotations

#: who leads people
MANAGERS = (
    "sales-supervisor", "sales-manager", "sales-director", "regional-manager", "customer-service-manager",
    "marketing-supervisor", "materials-head", "department-manager", "deputy-general-manager", "general-manager",
)  # fmt: skip


def every_role() -> tuple[str, ...]:
    """The keys of the shipped roles: everybody has duties."""
    from ..accounts.services.roles import shipped_roles

    return tuple(shipped_roles())
