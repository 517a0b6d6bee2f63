"""How states, judgements and grounds are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import (
    ACCEPTED,
    ANONYMOUS_UNTRUE,
    ANSWERED,
    CLOSED,
    CONFIRMED,
    FACTS_DIFFER,
    GRAVE,
    IN_PROGRESS,
    INVALID,
    INVESTIGATING,
    MALICIOUS,
    ORDINARY,
    OUTSIDE_PROMISES,
    PLANNED,
    QUARREL,
    REGISTERED,
    TOO_LATE,
    UNTRACEABLE,
    VALID,
    WITHDRAWN,
)

STATE_WORDS: dict[str, Any] = {
    REGISTERED: lazy_pgettext("complaint", "Registered"),
    ACCEPTED: lazy_pgettext("complaint", "Accepted"),
    INVESTIGATING: lazy_pgettext("complaint", "Under investigation"),
    PLANNED: lazy_pgettext("complaint", "Plan proposed"),
    IN_PROGRESS: lazy_pgettext("complaint", "In progress"),
    ANSWERED: lazy_pgettext("complaint", "Answered"),
    CONFIRMED: lazy_pgettext("complaint", "Confirmed by the customer"),
    CLOSED: lazy_pgettext("complaint", "Closed"),
    WITHDRAWN: lazy_pgettext("complaint", "Withdrawn"),
}
STATE_TONES = {
    REGISTERED: "gray",
    ACCEPTED: "blue",
    INVESTIGATING: "indigo",
    PLANNED: "violet",
    IN_PROGRESS: "teal",
    ANSWERED: "green",
    CONFIRMED: "green",
    CLOSED: "gray",
    WITHDRAWN: "gray",
}
VALIDITY_WORDS: dict[str, Any] = {
    VALID: lazy_pgettext("complaint", "Valid"),
    INVALID: lazy_pgettext("complaint", "Invalid"),
}
SEVERITY_WORDS: dict[str, Any] = {
    GRAVE: lazy_pgettext("complaint", "Grave"),
    ORDINARY: lazy_pgettext("complaint", "Ordinary"),
    MALICIOUS: lazy_pgettext("complaint", "Malicious"),
}
SEVERITY_TONES = {GRAVE: "red", ORDINARY: "gray", MALICIOUS: "orange"}
#: the six grounds of an invalid complaint (CMP-03)
GROUND_WORDS: dict[str, Any] = {
    FACTS_DIFFER: _l("The facts differ seriously, and the dispute is the complainant's responsibility"),
    OUTSIDE_PROMISES: _l("A service was refused that lies outside our promises or is forbidden by us"),
    QUARREL: _l("Picking a quarrel, or a threat"),
    ANONYMOUS_UNTRUE: _l("Anonymous without concrete facts, or anonymous and the main facts are untrue"),
    UNTRACEABLE: _l("The facts given cannot be traced or checked"),
    TOO_LATE: _l("About attitude, and raised more than one month after the event"),
}
