"""What the panels of this app have in common."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from flask import url_for

from kezhi import clock
from kezhi.builtin.customers.models import Customer


def list_of(customer: Customer, endpoint: str) -> str:
    """The address of a list with only this customer's rows."""
    only_theirs: dict[str, Any] = {"f.customer_code": customer.code} if customer.code else {}
    return url_for(endpoint, **only_theirs)


def start_of(day: date) -> datetime:
    """The beginning of a day in the company's zone."""
    return datetime.combine(day, time.min, clock.company_zone()).astimezone(UTC)


def day_of(instant: datetime | None) -> date | None:
    """The company's day of an instant; None without one."""
    return clock.local(instant).date() if instant is not None else None
