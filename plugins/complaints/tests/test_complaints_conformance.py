"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(_app: Any, customer_id: int) -> dict[str, Any]:
    """A complaint and feedback of the customer, a list, and the address of the public page."""
    from kezhi import clock
    from kezhi.builtin.accounts.services import add_department
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        kind, channel = services.entries(KIND)[0]["id"], services.entries(CHANNEL)[0]["id"]
        complaint = services.register(
            {"customer_id": customer_id, "complainant": MARK, "phone": "13900017718", "subject": "Twelve boxes short",
             "course": f"{MARK} counted 36 of 48", "kind_id": kind, "channel_id": channel}
        )  # fmt: skip
        feedback = services.add_feedback(
            {"customer_id": customer_id, "sort": "opinion", "contact": MARK, "phone": "13900017718",
             "subject": "Drivers wait", "content": f"{MARK} waits two hours", "due_on": clock.today(),
             "department_id": add_department("Logistics").id}
        )  # fmt: skip
        services.add_progress(feedback.id, f"{MARK} was called")
        code = services.make_link()
        return {"complaint_id": complaint.id, "feedback_id": feedback.id, "name": "kind", "code": code,
                "tier": "normal"}  # fmt: skip


globals().update(conformance_of("complaints", examples=examples))
