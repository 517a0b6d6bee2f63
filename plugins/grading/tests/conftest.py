"""What the tests of grading share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kezhi import writing


@pytest.fixture
def add_customer(app: Any) -> Callable[..., int]:
    """``add_customer("C1", name)`` makes a customer and answers its id."""
    from kezhi.builtin.customers.services import create_customer

    def make(code: str, name: str = "") -> int:
        with writing():
            return int(create_customer({"code": code, "name": name or f"Company {code}"}).id)

    return make


@pytest.fixture
def add_orders(app: Any) -> Callable[..., None]:
    """``add_orders(("C1", "1997-05-01", "100.00"), …)`` imports orders."""
    from kezhi.builtin.imports.services import import_file

    count = 0

    def make(*orders: tuple[str, str, str]) -> None:
        nonlocal count
        lines = ["order_no,customer_code,order_date,amount"]
        for code, day, amount in orders:
            count += 1
            lines.append(f"O{count:04d},{code},{day},{amount}")
        document = import_file("orders", "\n".join(lines).encode(), "orders.csv", mapping={}, skip_bad_rows=False)
        assert not document["errors"], document

    return make
