"""Who sees and shares views, unless the company decides otherwise."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import or_

from kezhi import User

from .models import SavedView

#: whose views others work with
SHARERS = (
    "sales-director",
    "sales-manager",
    "sales-supervisor",
    "regional-manager",
    "customer-service-manager",
    "customer-information-officer",
    "customer-information-clerk",
    "data-analyst",
    "deputy-general-manager",
    "general-manager",
)


def grants(user: User) -> Any:
    """One's own views and the shared ones."""
    return _mine(user.id)


@lru_cache(maxsize=256)
def _mine(user_id: int | None) -> Any:
    view = SavedView.__table__.c
    return or_(view.owner_id == user_id, view.shared)
