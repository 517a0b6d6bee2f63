"""Customers and orders for examples, entered through the plugin's own services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest

from kezhi import clock, db, writing


@pytest.fixture
def customer(app: Any) -> Callable[..., int]:
    """``customer("K1", trade_since=…)`` enters a customer and returns its id."""
    from kezhi.builtin.customers.models import Customer

    def make(code: str, **values: Any) -> int:
        with writing():
            record = Customer(code=code, name=f"客户 {code}", created_at=clock.now(), updated_at=clock.now(), **values)
            db.session.add(record)
            db.session.flush()
            return int(record.id)

    return make


@pytest.fixture
def order(app: Any) -> Callable[..., int]:
    """``order(customer_id, "2026-03-01", 100_00)`` enters an order and returns its id."""
    from kezhi_trade import services

    numbers = count(1)

    def make(customer_id: int, day: str, amount: int = 100_00, **values: Any) -> int:
        given = {"customer_id": customer_id, "number": f"N{next(numbers)}", "order_date": date.fromisoformat(day)}
        with writing():
            return int(services.create_order({**given, "amount": amount, **values}).id)

    return make


@pytest.fixture
def figures(app: Any) -> Callable[..., dict[int, int]]:
    """``figures("trade.growth", "2026-01-01", "2026-12-31")``: the metric's value per customer of the population."""
    from sqlalchemy import select

    from kezhi import Period
    from kezhi.builtin.customers.models import Customer
    from kezhi.metrics import metric

    def read(key: str, start: str, end: str, population: Any = None) -> dict[int, int]:
        period = Period(date.fromisoformat(start), date.fromisoformat(end))
        chosen = select(Customer.id) if population is None else select(Customer.id).where(Customer.id.in_(population))
        rows = db.session.execute(metric(key).select(period, chosen)).all()
        found = {int(customer_id): int(value) for customer_id, value in rows}
        assert len(found) == len(rows), "a metric gives at most one row per customer"
        return found

    return read
