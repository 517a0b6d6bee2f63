"""What a customer's page shows of this app: orders, declared figures, disputes."""

from __future__ import annotations

from typing import Any

from kezhi import Fact, Panel, TimelineEntry, User

from .declarations import declaration_panels
from .disputes import dispute_entries, dispute_panels
from .orders import order_entries, order_facts, order_panels

__all__ = ["facts", "panels", "timeline"]


def facts(record: Any, user: User) -> list[Fact]:
    """Figures in the head of a customer's page."""
    return order_facts(record, user)


def panels(record: Any, user: User) -> list[Panel]:
    """The panels of a customer's page."""
    return [*order_panels(record, user), *declaration_panels(record, user), *dispute_panels(record, user)]


def timeline(record: Any, user: User, limit: int) -> list[TimelineEntry]:
    """Orders and disputes, newest first."""
    found = [*order_entries(record, user, limit), *dispute_entries(record, user, limit)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]
