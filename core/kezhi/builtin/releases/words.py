"""How kinds, states and ways are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import (
    ANSWERED,
    COPY,
    DECLINED,
    EXTRACT,
    FILE,
    INSIDE,
    OUTSIDE,
    REJECTED,
    RETURNED,
    SIGNED,
    STATISTICS,
    WAITING,
    WITHDRAWN,
)

#: a signed request whose time for an answer is over, and an answer that can no longer be looked at: no stored states
LATE, EXPIRED = "late", "expired"

KINDS: dict[str, Any] = {
    STATISTICS: lazy_pgettext("data request", "Statistics"),
    EXTRACT: lazy_pgettext("data request", "Extract"),
    COPY: lazy_pgettext("data request", "Copy"),
    FILE: lazy_pgettext("data request", "Customer file"),
}
DESTINATIONS: dict[str, Any] = {
    INSIDE: _l("For use inside the company"),
    OUTSIDE: _l("To leave the company"),
}
STATES: dict[str, Any] = {
    WAITING: lazy_pgettext("data request", "Waits for signature"),
    SIGNED: lazy_pgettext("data request", "At the holder"),
    LATE: lazy_pgettext("data request", "Answer overdue"),
    ANSWERED: lazy_pgettext("data request", "Answered"),
    EXPIRED: lazy_pgettext("data request", "Answer expired"),
    DECLINED: lazy_pgettext("data request", "Declined"),
    RETURNED: lazy_pgettext("data request", "Sent back"),
    REJECTED: lazy_pgettext("data request", "Not approved"),
    WITHDRAWN: lazy_pgettext("data request", "Withdrawn"),
}
TONES = {
    WAITING: "amber",
    SIGNED: "blue",
    LATE: "red",
    ANSWERED: "green",
    EXPIRED: "gray",
    DECLINED: "orange",
    RETURNED: "orange",
    REJECTED: "red",
    WITHDRAWN: "gray",
}
#: of an entry in the register of releases
VALID, SUPERSEDED = "valid", "superseded"
RELEASE_STATES: dict[str, Any] = {
    VALID: lazy_pgettext("release", "Valid"),
    SUPERSEDED: lazy_pgettext("release", "Superseded"),
}
RELEASE_TONES = {VALID: "green", SUPERSEDED: "gray"}
