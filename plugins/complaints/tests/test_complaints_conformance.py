"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(_app: Any, customer_id: int) -> dict[str, Any]:
    """A complaint of the customer."""
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        kind, channel = services.entries(KIND)[0]["id"], services.entries(CHANNEL)[0]["id"]
        complaint = services.register(
            {"customer_id": customer_id, "complainant": MARK, "phone": "13900017718", "subject": "Twelve boxes short",
             "course": f"{MARK} counted 36 of 48", "kind_id": kind, "channel_id": channel}
        )  # fmt: skip
        return {"complaint_id": complaint.id, "tier": "normal"}


globals().update(conformance_of("complaints", examples=examples))
