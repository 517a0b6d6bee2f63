"""Files of investigations and of assistance: the plugin's own code adds them, and they stay as they were given."""

from __future__ import annotations

from flask import url_for

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.builtin.files.contributions import Attachment

from .access import ASSIST, READ
from .models import Complaint, Help, Investigation


def handling_attachments() -> list[Attachment]:
    """Evidence is seen by who sees the findings, the files of assistance by who sees the request."""
    return [
        Attachment("investigation", _l("Evidence of investigations"), Investigation, read=READ, page=_page,
                   panel=False, customer=_customer),
        Attachment("help", _l("Files given as assistance"), Help, read=ASSIST, panel=False, customer=_customer,
                   page=lambda help_id: url_for("complaints.help", help_id=help_id)),
    ]  # fmt: skip


def _page(investigation_id: int) -> str:
    found = db.session.get(Investigation, investigation_id)
    return url_for("complaints.show", complaint_id=found.complaint_id) if found is not None else ""


def _customer(record: Investigation | Help) -> int | None:
    complaint = db.session.get(Complaint, record.complaint_id)
    return complaint.customer_id if complaint is not None else None
