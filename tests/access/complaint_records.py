"""A complaint and feedback of a customer, as the tests of access need them: for the canary and for all addresses."""

from __future__ import annotations

from typing import Any

from kezhi import clock, db, writing


def complaint_of(customer_id: int, words: str) -> dict[str, Any]:
    """Write a complaint and feedback down whose every text holds ``words``; what stands for them in addresses."""
    from kezhi.builtin.accounts.services import add_department
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
        texts = dict.fromkeys(("complainant", "subject", "course", "against", "product", "reference"), words)
        given = {"customer_id": customer_id, "phone": "13900017718", "kind_id": kinds["discrepancy"],
                 "channel_id": services.entries(CHANNEL)[0]["id"]}  # fmt: skip
        told = dict.fromkeys(("contact", "subject", "content"), words)
        when = {"department_id": add_department("Told").id, "due_on": clock.today(), "sort": "opinion"}
        feedback = services.add_feedback({"customer_id": customer_id, **when, **told}).id
        services.add_progress(feedback, words)
        made = services.register({**given, **texts}).id
        return {"complaint_id": made, "feedback_id": feedback, "code": services.make_link(), "tier": "normal",
                "report_id": report_on(made)}  # fmt: skip


def report_on(complaint_id: int) -> int:
    """A draft of the report on the last month, which counts the complaint as received in it. Inside ``writing()``."""
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import reports
    from kezhi_complaints.services.report_months import later, month_of, span_of

    month = later(month_of(clock.today()), -1)
    table: Any = Complaint.__table__
    db.session.execute(table.update().where(table.c.id == complaint_id).values(received_at=span_of(month).start))
    report = reports.draft(month)
    assert report is not None
    assert report.received == 1
    return int(report.id)
