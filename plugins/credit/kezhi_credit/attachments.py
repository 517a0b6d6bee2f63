"""Files of a credit investigation: extracts, bank letters, photographs of the visit (CRD-02)."""

from __future__ import annotations

from flask import url_for

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import looks_only
from kezhi.builtin.files.contributions import Attachment

from .models import Investigation


def attachments() -> list[Attachment]:
    """Who sees the customer's credit reads them; who investigates adds them."""
    return [
        Attachment(
            "investigation",
            _l("Credit investigations"),
            Investigation,
            read="credit.read",
            attach="credit.investigate",
            looks_only=looks_only,
            page=lambda investigation_id: url_for("credit.investigation", investigation_id=investigation_id),
            customer=lambda investigation: int(investigation.customer_id),
        )
    ]
