"""The policy of the customer file: what pages, commands, imports and other apps call."""

from .duplicates import Hit, duplicates
from .history import changes, owners, timeline
from .links import Blocker, blockers, delete_customer, erase_customer, hand_over, merge_customers
from .people import choosable_departments, choosable_owners
from .records import (
    VersionConflict,
    create_customer,
    customer_by_code,
    customer_by_id,
    recognise_customer,
    update_customer,
)
from .values import Invalid

__all__ = [
    "Blocker",
    "Hit",
    "Invalid",
    "VersionConflict",
    "blockers",
    "changes",
    "choosable_departments",
    "choosable_owners",
    "create_customer",
    "customer_by_code",
    "customer_by_id",
    "delete_customer",
    "duplicates",
    "erase_customer",
    "hand_over",
    "merge_customers",
    "owners",
    "recognise_customer",
    "timeline",
    "update_customer",
]
