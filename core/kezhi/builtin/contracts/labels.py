"""How states and fields are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .states import DRAFT, EXPIRED, IN_FORCE, RENEWED, TERMINATED, UPCOMING

STATE_LABELS: dict[str, Any] = {
    DRAFT: lazy_pgettext("contract", "Draft"),
    UPCOMING: lazy_pgettext("contract", "Not begun"),
    IN_FORCE: lazy_pgettext("contract", "In force"),
    EXPIRED: lazy_pgettext("contract", "Expired"),
    TERMINATED: lazy_pgettext("contract", "Terminated"),
    RENEWED: lazy_pgettext("contract", "Renewed"),
}
STATE_TONES = {
    DRAFT: "amber",
    UPCOMING: "indigo",
    IN_FORCE: "green",
    EXPIRED: "red",
    TERMINATED: "gray",
    RENEWED: "blue",
}

FIELD_LABELS: dict[str, Any] = {
    "number": _l("Contract number"),
    "customer_id": _l("Customer"),
    "kind": lazy_pgettext("contract", "Kind"),
    "title": lazy_pgettext("contract", "Subject"),
    "our_party": _l("Our party"),
    "their_party": _l("Their party"),
    "other_parties": _l("Further parties"),
    "our_signer": _l("Our signer"),
    "their_signer": _l("Their signer"),
    "signed_on": _l("Signed on"),
    "valid_from": _l("Valid from"),
    "valid_to": _l("Valid through"),
    "remind_days": _l("Reminder, days before"),
    "amount": _l("Amount"),
    "currency": _l("Currency"),
    "terms": _l("Terms"),
    "terminated_on": _l("Ended early on"),
    "termination_reason": _l("Reason of the end"),
    "predecessor_id": _l("Renews"),
}
#: What only people with the right to it see: what was agreed on.
SECRET = ("amount", "currency", "terms")
