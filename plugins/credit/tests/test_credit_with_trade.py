"""Orders, invoices and receipts of the trade app are what the credit check looks at (CRD-04, CRD-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kezhi import clock, db, writing
from kezhi_credit import services
from kezhi_credit.services.exposure import rows_behind

pytestmark = [pytest.mark.plugins("credit", "trade"), pytest.mark.services]

YUAN = 100


@pytest.mark.clause("CRD-04", "CRD-05")
def test_what_trade_knows_is_what_the_check_counts(customer: Any, rated: Any) -> None:
    from kezhi_trade.services import INVOICE, RECEIPT, create_order, create_voucher, match

    one, day = customer("K1"), clock.today()
    rated(one, "B")  # 500,000

    def enter(sort: Any, number: str, yuan: int, **more: Any) -> int:
        values = {"customer_id": one, "number": number, "amount": yuan * YUAN, "happened_on": day - timedelta(days=60)}
        with writing():
            return int(create_voucher(sort, {**values, **more}).id)

    late = enter(INVOICE, "F1", 100_000, due_on=day - timedelta(days=20))
    enter(INVOICE, "F2", 40_000, due_on=day + timedelta(days=5))
    paid = enter(RECEIPT, "R1", 90_000)
    with writing():
        match(paid, {late: 70_000 * YUAN})
    now = services.position_of(one)
    assert (now["receivables"], now["overdue"], now["overdue_1_30"]) == (70_000 * YUAN, 30_000 * YUAN, 30_000 * YUAN)
    assert (now["deposits"], now["exposure"], now["overdue_days_max"]) == (20_000 * YUAN, 50_000 * YUAN, 20)
    for figure in ("not_due", "overdue_1_30", "deposits"):
        assert sum(row["amount"] for row in rows_behind(one, figure, day) or []) == now[figure]

    db.session.rollback()
    kept = services.check(one, 113_000 * YUAN, "DD-9", reserve=True)
    assert (kept.decision, kept.reserved) == ("warn", 0)  # something is overdue, and it was kept after the look
    assert services.check(one, 0).reserved == 113_000 * YUAN
    with writing():
        order = {"customer_id": one, "number": "DD-9", "order_date": day, "amount": 100_000 * YUAN, "tax_rate": 130_000}
        create_order(order)
    after = services.check(one, 0)
    assert (after.reserved, after.exposure) == (0, 163_000 * YUAN)  # the order counts by itself, tax included, and once
