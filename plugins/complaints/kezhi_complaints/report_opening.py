"""From a figure to its records: the list of complaints, narrowed to those that the figure counts (CMP-20, CMP-21).

``?figure=12.now.cause&key=7&unit=3``: the report 12, this month, the cause 7, of the department 3.
``?figure=live.left`` is one of the live board. Both narrow what the reader may see anyway; the page says so when
that is fewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement

from kezhi import NotFound
from kezhi.builtin.accounts.services import department_name
from kezhi.i18n import _

from .live_words import LIVE_WORDS, live_title
from .models import NOW, Complaint
from .report_words import FLAG_WORDS, PART_WORDS, PERIOD_WORDS, name_of
from .services import live
from .services.report_figures import OWN_PERIOD, Figure, complaints_of, size_of
from .services.reports import report_by_id

COMPLAINTS: Any = Complaint.__table__
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure whose complaints are listed. ``size`` is what it says; None where the list itself is counted."""

    condition: ColumnElement[bool]
    title: str
    back: str
    size: int | None = None


def opens(report_id: int, name: str, key: str = "", period: str = NOW, unit: int | None = None) -> str:
    """The address of the records of a figure of a report."""
    more: dict[str, Any] = {"key": key} if key else {}
    more |= {"unit": unit} if unit is not None else {}
    return url_for("complaints.index", figure=f"{report_id}.{OWN_PERIOD.get(name, period)}.{name}", **more)


def opened(asked: Mapping[str, str]) -> Opened | None:
    """What the address of the list asks for. Errors: ``NotFound`` for a figure that there is not, or not for you."""
    text = asked.get("figure", "")
    if not text:
        return None
    try:
        if text.startswith(f"{LIVE}."):
            name, key = text.removeprefix(f"{LIVE}."), asked.get("key", "")
            if name not in LIVE_WORDS:
                raise LookupError(name)
            return Opened(live.condition_of(name, key), live_title(name, key), url_for("complaints.live"))
        number, period, name = text.split(".")
        unit = int(asked["unit"]) if asked.get("unit") else None
        figure = Figure(name, period, asked.get("key", ""), unit)
        report = report_by_id(int(number))
        ids, size = complaints_of(report.id, figure), size_of(report.id, figure)
    except (LookupError, ValueError, OverflowError) as error:
        raise NotFound(_("There is no such figure.")) from error
    parts = [f"{report.month:%Y-%m}", str(PERIOD_WORDS[period]) if period != NOW else "",
             str(FLAG_WORDS[name] if name in FLAG_WORDS else PART_WORDS[name]),
             "" if name in FLAG_WORDS else name_of(report.labels, name, figure.key),
             department_name(unit) if unit is not None else ""]  # fmt: skip
    back = url_for("complaints.report", report_id=report.id, unit=unit)
    return Opened(COMPLAINTS.c.id.in_(ids), " · ".join(part for part in parts if part), back, size)
