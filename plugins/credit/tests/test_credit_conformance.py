"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import clock, writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(_app: Any, customer_id: int) -> dict[str, Any]:
    """A rating of the customer, a limit of its own, a release, a reservation, an alert with a measure; an investigation
    with a finding, another one under way, and a rating sheet."""
    from kezhi import db
    from kezhi_credit import services
    from kezhi_credit.models import APPROVED, LOWERED, SECURITY, Alert, Limit, Release
    from kezhi_credit.services import check, class_by_key, decide, rate
    from kezhi_credit.services import investigators as people_of

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
        limit_id, alert_id = limit.id, alert.id
        kept = check(customer_id, 50_00, f"{MARK}-2", reserve=True).reservation_id
        measure = decide(customer_id, SECURITY, f"{MARK} pays late").id
        asked = {"customer_id": customer_id, "investigator_id": people_of(customer_id)[0].id, "due_on": today}
        done = services.ask_investigation(**asked, occasion=f"{MARK} asks for credit").id
        said = {"bank": services.Said("good", f"{MARK} has money")}
        services.record(done, said, today, None, f"{MARK} is sound", done=True)
        under_way = services.ask_investigation(**asked, occasion=f"{MARK} again").id
    sheet_id = services.fill_in(customer_id, row["id"], f"{MARK} is a good customer").id
    return {"class_id": row["id"], "limit_id": limit_id, "reservation_id": kept, "figure": "not_due",
            "alert_id": alert_id, "measure_id": measure, "investigation_id": under_way, "sheet_id": sheet_id,
            "source_id": services.all_sources()[0]["id"]}  # fmt: skip


globals().update(conformance_of("credit", examples=examples))
