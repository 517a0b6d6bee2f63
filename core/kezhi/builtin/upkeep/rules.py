"""Who may do what to keep customer files in order, unless the company decides otherwise."""

from __future__ import annotations

from typing import Any

from kezhi import Access, Permission, User, visible_ids
from kezhi import lazy_gettext as _l

from ..customers.rules import WRITERS
from ..tasks.roles import MANAGERS
from . import models

READ, VERIFY, OVERSEE = "customers.read", "upkeep.verify", "upkeep.oversee"


def permissions() -> list[Permission]:
    """The rights, with the roles that have them by default."""
    return [
        Permission(VERIFY, _l("Verify customer files"), WRITERS),
        Permission(OVERSEE, _l("See on the first page whose customer files are overdue for verification"), MANAGERS),
    ]


def access() -> list[Access]:
    """What hangs on a customer is seen by who sees the customer."""
    hanging: list[Any] = [models.Verification]
    return [Access(model, model.id, _with_customer(model)) for model in hanging]


def _with_customer(model: Any) -> Any:
    def grants(user: User) -> Any:
        from kezhi import ALL

        from ..customers.models import Customer

        ids = visible_ids(Customer, user)
        return ALL if ids is None else model.__table__.c.customer_id.in_(ids)

    return grants
