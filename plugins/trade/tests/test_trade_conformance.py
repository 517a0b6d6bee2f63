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
    """An order of the customer with what was shipped, invoiced and paid for it, a declared figure, a dispute, stock."""
    from kezhi_trade import services
    from kezhi_trade.services import create_dispute, create_order, declare

    day = date(2026, 3, 2)
    with writing():
        order = {"customer_id": customer_id, "number": f"{MARK}-1", "order_date": day, "amount": 5_000_00}
        dispute = {"customer_id": customer_id, "number": f"{MARK}-2", "happened_on": day, "subject": f"{MARK} late"}
        order_id = create_order(order).id
        book = {"customer_id": customer_id, "happened_on": day, "amount": 6_000_00, "order_id": order_id}
        invoice, receipt, shipment = (
            services.create_voucher(sort, {**book, "number": f"{MARK}-{sort.key}"}).id
            for sort in (services.INVOICE, services.RECEIPT, services.SHIPMENT)
        )
        services.match(receipt, {invoice: 2_000_00})
        return {
            "order_id": order_id,
            "invoice_id": invoice,
            "receipt_id": receipt,
            "shipment_id": shipment,
            "declaration_id": declare(customer_id, 2025, day, f"{MARK} report", {"turnover": 7_000_00})[0],
            "dispute_id": create_dispute(dispute).id,
            "stock_id": services.keep_stock({"customer_id": customer_id, "month": day, "held": 5_00, "dead": 1_00}).id,
            "month": "2026-03",
        }


globals().update(conformance_of("trade", examples=examples))
