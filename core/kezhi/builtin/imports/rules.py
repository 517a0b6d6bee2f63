"""Who uses imports, and who sees which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from kezhi import ALL, User

from .models import Batch

#: Roles that bring in files unless the company decides otherwise; each kind asks for its own right besides.
ROLES = (
    "salesperson",
    "account-manager",
    "order-clerk",
    "sales-supervisor",
    "sales-manager",
    "sales-director",
    "customer-service-manager",
    "customer-information-officer",
    "customer-information-clerk",
    "finance",
    "data-analyst",
)


def grants(user: User) -> Any:
    """One's own batches; an administrator's are all."""
    if user.all_permissions:
        return ALL
    if user.id is None:
        return []
    return [select(Batch.id).where(Batch.requester_id == user.id)]


def limits(model: type, user: User) -> list[ColumnElement[bool]]:
    """Without the right to import a kind, files of that kind do not exist, not even one's own of before."""
    if model is not Batch:
        return []
    from .services.kinds import permissions_of_kinds

    barred = [kind for kind, permission in permissions_of_kinds().items() if not user.can(permission)]
    return [Batch.kind.not_in(barred)] if barred else []
