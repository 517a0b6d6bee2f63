"""How the figures of a report, and what they count, are called (CMP-20)."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi import localised
from kezhi.i18n import lazy_pgettext

from .models import DRAFT_REPORT, IN_SIGNING, SIGNED
from .words import SEVERITY_WORDS, VALIDITY_WORDS
from .words_feedback import NATURE_WORDS

REPORT_WORDS: dict[str, tuple[Any, str]] = {
    DRAFT_REPORT: (lazy_pgettext("report", "Draft"), "amber"),
    IN_SIGNING: (lazy_pgettext("report", "Being signed"), "blue"),
    SIGNED: (lazy_pgettext("report", "Signed"), "green"),
}
FLAG_WORDS: dict[str, Any] = {
    "received": lazy_pgettext("report", "Complaints received"),
    "handled": lazy_pgettext("report", "Brought to an end"),
    "open": lazy_pgettext("report", "Still open"),
    "judged": lazy_pgettext("report", "Judged"),
    "valid": lazy_pgettext("report", "Valid complaints"),
    "invalid": lazy_pgettext("report", "Invalid complaints"),
    "plan_kept": lazy_pgettext("report", "First answer in time"),
    "plan_missed": lazy_pgettext("report", "First answer late"),
    "answer_kept": lazy_pgettext("report", "Response by tier in time"),
    "answer_missed": lazy_pgettext("report", "Response by tier late"),
    "resolve_kept": lazy_pgettext("report", "Resolved in time"),
    "resolve_missed": lazy_pgettext("report", "Resolved late"),
    "costly": lazy_pgettext("report", "Complaints with costs"),
    "other_cost": lazy_pgettext("report", "Complaints with costs in other currencies"),
    "acting": lazy_pgettext("report", "Complaints with open corrective actions"),
    "late": lazy_pgettext("report", "Complaints with late corrective actions"),
}
PART_WORDS: dict[str, Any] = {
    "nature": lazy_pgettext("report", "Service or business"),
    "kind": lazy_pgettext("report", "By kind"),
    "channel": lazy_pgettext("report", "By channel"),
    "cause": lazy_pgettext("report", "By cause"),
    "product": lazy_pgettext("report", "By product"),
    "department": lazy_pgettext("report", "By department complained about"),
    "judgement": lazy_pgettext("report", "By judgement and severity"),
    "tier": lazy_pgettext("report", "By customer grade"),
    "unit": lazy_pgettext("report", "By responsible unit"),
    "unit_tier": lazy_pgettext("report", "By responsible unit and customer grade"),
    "repeat": lazy_pgettext("report", "Repeated cause"),
    "again": lazy_pgettext("report", "Repeated cause of the same customer"),
}
NOT_NAMED: dict[str, Any] = {
    "cause": lazy_pgettext("report", "Cause not named"),
    "product": lazy_pgettext("report", "No product named"),
    "department": lazy_pgettext("report", "No department named"),
    "tier": lazy_pgettext("report", "Without a grade"),
    "unit": lazy_pgettext("report", "Somebody without a department"),
}
PERIOD_WORDS: dict[str, Any] = {
    "now": lazy_pgettext("report", "This month"),
    "before": lazy_pgettext("report", "Month before"),
    "year": lazy_pgettext("report", "A year ago"),
    "recent": lazy_pgettext("report", "Last 90 days"),
    "acting": lazy_pgettext("report", "When it was counted"),
}
NOT_JUDGED = lazy_pgettext("report", "Not judged yet")
GONE = _l("Deleted since")


def name_of(labels: dict[str, Any], part: str, key: str) -> str:
    """What a key of a part was called when the report was counted."""
    if part == "nature":
        return str(NATURE_WORDS.get(key, key))
    if part == "judgement":
        validity, _colon, severity = key.partition(":")
        if not validity:
            return str(NOT_JUDGED)
        found = str(VALIDITY_WORDS[validity])
        return f"{found} · {SEVERITY_WORDS[severity]}" if severity in SEVERITY_WORDS else found
    if part == "unit_tier":
        tier, _slash, unit = key.partition("/")
        return f"{name_of(labels, 'unit', unit)} · {name_of(labels, 'tier', tier)}"
    if part in ("repeat", "again"):
        part = "cause"
    if key in ("", "d:"):
        return str(NOT_NAMED.get(part, "—"))
    if part == "product":
        return key
    said = labels.get(part, {}).get(key)
    return str(GONE) if not said else said if isinstance(said, str) else localised(said)
