"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kezhi import writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(_app: Any, customer_id: int) -> dict[str, Any]:
    """An order of the customer."""
    from kezhi_trade.services import create_order

    with writing():
        order = {"customer_id": customer_id, "number": f"{MARK}-1", "order_date": date(2026, 3, 2), "amount": 5_000_00}
        return {"order_id": create_order(order).id}


globals().update(conformance_of("trade", examples=examples))
