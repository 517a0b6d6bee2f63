"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import clock, writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(_app: Any, customer_id: int) -> dict[str, Any]:
    """A rating of the customer, and a limit of its own."""
    from kezhi import db
    from kezhi_credit.models import APPROVED, Limit
    from kezhi_credit.services import class_by_key, rate

    with writing():
        row = class_by_key("B")
        rate(customer_id, row["id"], clock.today(), f"{MARK} pays on time")
        limit = Limit(
            number="XE-999999", customer_id=customer_id, amount=100_00, valid_from=clock.today(),
            valid_to=clock.today(), reason=f"{MARK} needs more", state=APPROVED, requested_at=clock.now(),
            requested_by="system", decided_at=clock.now(),
        )  # fmt: skip
        db.session.add(limit)
        db.session.flush()
        return {"class_id": row["id"], "limit_id": limit.id, "figure": "not_due"}


globals().update(conformance_of("credit", examples=examples))
