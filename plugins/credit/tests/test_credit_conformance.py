"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import clock, writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(_app: Any, customer_id: int) -> dict[str, Any]:
    """A rating of the customer, a limit of its own, a release, a reservation, an alert with a measure."""
    from kezhi import db
    from kezhi_credit.models import APPROVED, LOWERED, SECURITY, Alert, Limit, Release
    from kezhi_credit.services import check, class_by_key, decide, rate

    now, today = clock.now(), clock.today()
    asked = {"customer_id": customer_id, "amount": 100_00, "requested_at": now, "requested_by": "system"}
    with writing():
        row = class_by_key("B")
        rate(customer_id, row["id"], today, f"{MARK} pays on time")
        limit = Limit(number="XE-999999", valid_from=today, valid_to=today, reason=f"{MARK} needs more", state=APPROVED,
                      decided_at=now, **asked)  # fmt: skip
        release = Release(number="FX-999999", order_number=f"{MARK}-1", valid_to=today, reason=f"{MARK} pays on Friday",
                          state=APPROVED, decided_at=now, **asked)  # fmt: skip
        alert = Alert(customer_id=customer_id, sign=LOWERED, since=today, figure=1, noted_at=now, answer_by=now)
        db.session.add_all([limit, release, alert])
        db.session.flush()
        kept = check(customer_id, 50_00, f"{MARK}-2", reserve=True).reservation_id
        measure = decide(customer_id, SECURITY, f"{MARK} pays late").id
        return {"class_id": row["id"], "limit_id": limit.id, "reservation_id": kept, "figure": "not_due",
                "alert_id": alert.id, "measure_id": measure}  # fmt: skip


globals().update(conformance_of("credit", examples=examples))
