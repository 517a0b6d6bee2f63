"""Files of complaints (evidence) and of feedback (CMP-01)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import looks_only

from .access import READ, REGISTER
from .handling_attachments import handling_attachments
from .models import Complaint, Feedback
from .remedy_duties import action_attachment


def attachments() -> list[Any]:
    """Whoever sees the record reads its files; who writes complaints down adds some."""
    from kezhi.builtin.files.contributions import Attachment

    return [
        Attachment("complaint", _l("Complaints"), Complaint, read=READ, attach=REGISTER,
                   page=lambda record_id: url_for("complaints.show", complaint_id=record_id),
                   looks_only=looks_only, customer=lambda complaint: complaint.customer_id),
        Attachment("feedback", _l("Customer feedback"), Feedback, read=READ, attach=REGISTER,
                   page=lambda record_id: url_for("complaints.feedback", feedback_id=record_id),
                   looks_only=looks_only, customer=lambda feedback: feedback.customer_id),
        *handling_attachments(),
        action_attachment(),
    ]  # fmt: skip
