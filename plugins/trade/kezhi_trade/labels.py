"""How statuses of orders are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l

from .models import CANCELLED, DONE, OPEN

STATUS_LABELS: dict[str, Any] = {OPEN: _l("In progress"), DONE: _l("Completed"), CANCELLED: _l("Cancelled")}
STATUS_TONES = {OPEN: "blue", DONE: "green", CANCELLED: "gray"}

#: Where an order came from.
SOURCE_LABELS: dict[str, Any] = {"page": _l("Entered by hand"), "import": _l("Import"), "demo": _l("Demo company")}
