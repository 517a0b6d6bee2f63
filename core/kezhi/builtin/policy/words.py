"""States, evidence and periods in words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale

from kezhi import Period, clock, filters
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, is_chinese, lazy_pgettext, ngettext

from .contributions import Found
from .lines import Line
from .periods import Rhythm
from .services.board import Row
from .services.states import DUE, EXEMPT, KEPT, OVERDUE, UNKNOWN, UNMEASURED, State

log = logging.getLogger("kezhi.policy")

#: state: its name, its tone; in the order of the board's tiles
STATES: Mapping[State, tuple[Any, str]] = {
    KEPT: (lazy_pgettext("policy", "Kept"), "green"),
    DUE: (lazy_pgettext("policy", "Due"), "amber"),
    OVERDUE: (lazy_pgettext("policy", "Overdue"), "red"),
    EXEMPT: (_l("Not applicable"), "gray"),
    UNKNOWN: (_l("Cannot be told"), "violet"),
    UNMEASURED: (_l("Without evidence"), "gray"),
}
RHYTHMS: Mapping[Rhythm, Any] = {
    "month": _l("every month"),
    "quarter": _l("every quarter"),
    "half-year": _l("every half-year"),
    "year": _l("every year"),
}


def state_words(row: Row) -> str:
    """The state with the number that makes it so."""
    name, evidence, found = str(STATES[row.state][0]), row.line.evidence, row.found
    if row.state == OVERDUE and found.breaches:
        if evidence is not None and evidence.late is not None:
            return _told(row.line, lambda: f"{name} · {evidence.late(found.breaches)}", name)  # type: ignore[misc]
        return f"{name} {filters.number(found.breaches)}"
    if row.state == DUE and found.waiting:
        return f"{name} {filters.number(found.waiting)}"
    return name


def evidence_words(row: Row) -> str:
    """The evidence in the app's words; empty where there is none to tell."""
    evidence, found = row.line.evidence, row.found
    if evidence is None:
        return str(_("The app gives no evidence."))
    if evidence.without:
        return str(evidence.without)
    if row.state == UNKNOWN:
        return str(_("Asking for it failed: %(reason)s. The log says more.", reason=row.trouble))
    if evidence.says is not None:
        return _told(row.line, lambda: str(evidence.says(found)), "")  # type: ignore[misc]
    if found.records is None:
        return ""
    if not found.records:
        return str(_("No record yet"))
    return str(ngettext("%(num)s record", "%(num)s records", found.records))


def _told(line: Line, words: Any, otherwise: str) -> str:
    """An app's words for its figures; a fault in them is logged."""
    try:
        return str(words())
    except Exception:
        log.exception("the words of %s cannot be told", line.key)
        return otherwise


def latest_words(found: Found) -> str:
    """When the last record was made, and which it is."""
    return " · ".join(filter(None, (day_words(found.latest), found.label)))


def day_words(value: date | datetime | None) -> str:
    """A day; without the year when it is this one."""
    if value is None:
        return ""
    day = clock.local(value).date() if isinstance(value, datetime) else value
    return day.strftime("%m-%d" if day.year == clock.today().year else "%Y-%m-%d")


def next_words(row: Row) -> str:
    """By when it has to be done next."""
    if row.state in (EXEMPT, UNKNOWN, UNMEASURED):
        return ""
    return day_words(row.due_on) if row.due_on else str(_("at all times"))


def period_words(rhythm: Rhythm, period: Period) -> str:
    """A period as people name it."""
    start = period.start
    if rhythm == "year":
        return str(start.year)
    if rhythm == "half-year":
        return f"{start.year} H{1 if start.month == 1 else 2}"
    if rhythm == "quarter":
        return f"{start.year} Q{(start.month + 2) // 3}"
    return str(format_date(start, "y年M月" if is_chinese() else "MMM y", locale=get_locale()))
