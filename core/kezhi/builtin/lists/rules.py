"""Who sees and shares views, unless the company decides otherwise."""

from __future__ import annotations

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
    view = SavedView.__table__.c
    return or_(view.owner_id == user.id, view.shared)
