"""A complaint of a customer, as the tests of access need one: for the canary and for the addresses of all pages."""

from __future__ import annotations

from typing import Any

from kezhi import writing


def complaint_of(customer_id: int, words: str) -> dict[str, Any]:
    """Write a complaint down whose every text holds ``words``; what stands for its part in addresses."""
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
        texts = dict.fromkeys(("complainant", "subject", "course", "against", "product", "reference"), words)
        given = {"customer_id": customer_id, "phone": "13900017718", "kind_id": kinds["discrepancy"],
                 "channel_id": services.entries(CHANNEL)[0]["id"]}  # fmt: skip
        return {"complaint_id": services.register({**given, **texts}).id, "tier": "normal"}
