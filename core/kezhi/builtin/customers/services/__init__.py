"""The policy of the customer file: what pages, commands, imports and other apps call."""

from ..sharing.guard import check_writable
from ..sharing.rights import looks_only, may_change
from .analyses import add_analysis, analyses_of
from .assigning import assign_customers, hand_over
from .contacts import add_contact, contact_by_id, contacts_of, mark_left, update_contact
from .duplicates import Hit, duplicates
from .history import change_entries, changes, owner_entries, owners, timeline
from .links import Blocker, blockers, delete_customer, erase_customer
from .lists import special_price, special_price_types
from .merging import merge_customers
from .once import read_once
from .people import choosable_departments, choosable_owners
from .records import (
    VersionConflict,
    create_customer,
    customer_by_code,
    customer_by_id,
    recognise_customer,
    rows_of,
    save_changes,
    update_customer,
)
from .scores import score_cards
from .tiers import service_tier_of, service_tiers, tier_rows
from .values import Invalid

__all__ = [
    "Blocker",
    "Hit",
    "Invalid",
    "VersionConflict",
    "add_analysis",
    "add_contact",
    "analyses_of",
    "assign_customers",
    "blockers",
    "change_entries",
    "changes",
    "check_writable",
    "choosable_departments",
    "choosable_owners",
    "contact_by_id",
    "contacts_of",
    "create_customer",
    "customer_by_code",
    "customer_by_id",
    "delete_customer",
    "duplicates",
    "erase_customer",
    "hand_over",
    "looks_only",
    "mark_left",
    "may_change",
    "merge_customers",
    "owner_entries",
    "owners",
    "read_once",
    "recognise_customer",
    "rows_of",
    "save_changes",
    "score_cards",
    "service_tier_of",
    "service_tiers",
    "special_price",
    "special_price_types",
    "tier_rows",
    "timeline",
    "update_contact",
    "update_customer",
]
