"""How statuses, units and gravities are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import CANCELLED, CLOSED, COUNT, DONE, MONEY, OPEN, ORDINARY, RATIO, SERIOUS, SETTLED, UNSETTLED

STATUS_LABELS: dict[str, Any] = {OPEN: _l("In progress"), DONE: _l("Completed"), CANCELLED: _l("Cancelled")}
STATUS_TONES = {OPEN: "blue", DONE: "green", CANCELLED: "gray"}

#: Where an order or a declaration came from.
SOURCE_LABELS: dict[str, Any] = {"page": _l("Entered by hand"), "import": _l("Import"), "demo": _l("Demo company")}

UNIT_LABELS: dict[str, Any] = {MONEY: _l("Amount"), RATIO: _l("Percentage"), COUNT: _l("Number")}

#: What has become of a declaration.
CURRENT, EARLIER, WITHDRAWN = "current", "earlier", "withdrawn"
DECLARATION_LABELS: dict[str, Any] = {
    CURRENT: _l("In force"),
    EARLIER: _l("Superseded"),
    WITHDRAWN: _l("Withdrawn"),
}
DECLARATION_TONES = {CURRENT: "green", EARLIER: "gray", WITHDRAWN: "amber"}

GRAVITY_LABELS: dict[str, Any] = {ORDINARY: lazy_pgettext("dispute", "Ordinary"), SERIOUS: _l("Serious")}
GRAVITY_TONES = {ORDINARY: "blue", SERIOUS: "red"}

DISPUTE_LABELS: dict[str, Any] = {
    UNSETTLED: lazy_pgettext("dispute", "Open"),
    SETTLED: _l("Settled"),
    CLOSED: lazy_pgettext("dispute", "Closed"),
}
DISPUTE_TONES = {UNSETTLED: "amber", SETTLED: "green", CLOSED: "gray"}
