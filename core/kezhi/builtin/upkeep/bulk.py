"""Actions on several customers, chosen in any list of them."""

from __future__ import annotations

from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..lists.contributions import BulkAction
from .rules import COPIES, VERIFY


def actions(model: type) -> list[BulkAction]:
    """What can be done to several customers."""
    if model is not Customer:
        return []
    return [
        BulkAction("upkeep.verify", _l("Verify…"), "upkeep.verify_many", "patch-check", VERIFY),
        BulkAction("upkeep.copies", _l("Copies…"), "upkeep.copies_many", "archive", COPIES),
    ]
