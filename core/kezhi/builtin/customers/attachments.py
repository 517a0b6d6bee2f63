"""Files of a customer: who reads the record reads them, who changes it changes them (CUS-02)."""

from __future__ import annotations

from flask import url_for

from kezhi import lazy_gettext as _l

from ..files.contributions import Attachment
from .models import Customer
from .sharing.rights import looks_only


def attachments() -> list[Attachment]:
    """What files hang on here."""
    return [
        Attachment(
            "customer",
            _l("Customer files"),
            Customer,
            read="customers.read",
            attach="customers.write",
            looks_only=looks_only,
            page=lambda customer_id: url_for("customers.show", customer_id=customer_id),
        )
    ]
