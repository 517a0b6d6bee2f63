"""What a customer's page shows of this app: months, orders, what is owed, declared figures, disputes."""

from __future__ import annotations

from typing import Any

from kezhi import Fact, Panel, User
from kezhi.builtin.timeline.contributions import Source

from .declarations import declaration_panels
from .disputes import dispute_panels, dispute_sources
from .months import month_panels
from .orders import order_facts, order_panels, order_sources
from .receivables import receivable_panels, receivable_sources

__all__ = ["facts", "panels", "timeline_sources"]


def facts(record: Any, user: User) -> list[Fact]:
    """Figures in the head of a customer's page."""
    return order_facts(record, user)


def panels(record: Any, user: User) -> list[Panel]:
    """The panels of a customer's page."""
    made = (month_panels, order_panels, receivable_panels, declaration_panels, dispute_panels)
    return [panel for make in made for panel in make(record, user)]


def timeline_sources(record: Any, user: User) -> list[Source]:
    """What orders, invoices, receipts and disputes tell in the timeline of their customer."""
    return [*order_sources(record, user), *receivable_sources(record, user), *dispute_sources(record, user)]
