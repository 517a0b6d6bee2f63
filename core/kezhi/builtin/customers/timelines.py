"""The timeline of a customer: who reads the record reads it and writes notes on it (CUS-05)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import User
from kezhi import lazy_gettext as _l

from ..timeline.contributions import Source, Timeline
from . import services
from .models import Customer
from .sharing.reading import entries


def timelines() -> list[Timeline]:
    """What has a timeline here."""
    return [
        Timeline(
            "customer",
            _l("Customer files"),
            Customer,
            read="customers.read",
            write="customers.read",
            name=lambda customer: str(customer.name),
            page=lambda customer_id: url_for("customers.show", customer_id=customer_id),
        )
    ]


def sources(record: Any, user: User) -> list[Source]:
    """What the customer file itself tells: changes of its fields, and of who is responsible."""
    if not isinstance(record, Customer) or not user.can("customers.read"):
        return []
    return [
        Source(
            "customers.change",
            _l("Field changes"),
            lambda until, limit: services.change_entries(record, until, limit),
            order=20,
        ),
        Source(
            "customers.owner", _l("Owners"), lambda until, limit: services.owner_entries(record, until, limit), order=30
        ),
        Source("customers.share", _l("Shares"), lambda until, limit: entries(record, until, limit), order=35),
    ]
