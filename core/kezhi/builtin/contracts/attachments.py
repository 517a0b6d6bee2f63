"""Files of a contract: the signed copy and what belongs to it (CUS-13)."""

from __future__ import annotations

from flask import url_for

from kezhi import lazy_gettext as _l

from ..customers.services import looks_only
from ..files.contributions import Attachment
from .models import Contract
from .rules import EDIT, MONEY


def attachments() -> list[Attachment]:
    """Who may see what was agreed on reads the files: the terms stand in them."""
    return [
        Attachment(
            "contract",
            _l("Contracts"),
            Contract,
            read=MONEY,
            attach=EDIT,
            page=lambda contract_id: url_for("contracts.show", contract_id=contract_id),
            looks_only=looks_only,
            customer=lambda contract: int(contract.customer_id),
        )
    ]
