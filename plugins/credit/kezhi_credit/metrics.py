"""What credit says as figures, for score cards, schemes and whoever counts forms (CRD-01, CRD-02, TRD-05).

The findings of the investigation that holds on the period's last day are points: for 100, neither 50, against 0. Who
has no such investigation, or nothing from a source, has no figure.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Select, case, func, select

from kezhi import Metric, Period
from kezhi import lazy_gettext as _l
from kezhi.figures import date_number, sql_count, sql_divide, sql_total
from kezhi.i18n import _

from .models import APPROVED, JUDGED_POINTS, WAITING
from .services.investigations import FINDINGS, valid_on
from .services.sheets import SHEETS
from .services.sources import all_sources, source_title

FINDING = "credit.finding_"


def _points() -> Any:
    return case(JUDGED_POINTS, value=FINDINGS.c.judgement)


def _held(period: Period, population: Select[Any]) -> tuple[Any, Any]:
    """The findings of the investigations that hold on the last day, with their customers."""
    valid = valid_on(period.end).subquery("valid")
    joined = valid.join(FINDINGS, FINDINGS.c.investigation_id == valid.c.id)
    return joined, valid.c.customer_id.in_(population)


def _finding(key: str, period: Period, population: Select[Any]) -> Select[Any]:
    joined, of_them = _held(period, population)
    return select(FINDINGS.c.customer_id, _points().label("value")).select_from(joined).where(
        of_them, FINDINGS.c.source_key == key
    )  # fmt: skip


def _average(period: Period, population: Select[Any]) -> Select[Any]:
    joined, of_them = _held(period, population)
    value = sql_divide(sql_total(_points()), sql_count())
    found = select(FINDINGS.c.customer_id, value.label("value")).select_from(joined).where(of_them)
    return found.group_by(FINDINGS.c.customer_id)


def _filled_in(period: Period, population: Select[Any]) -> Select[Any]:
    c = SHEETS.c
    counted = (c.state.in_((WAITING, APPROVED)), c.filled_on <= period.end, c.customer_id.in_(population))
    last = func.max(c.filled_on)
    return select(c.customer_id, (date_number(last) + 0).label("value")).where(*counted).group_by(c.customer_id)


def metrics() -> list[Metric]:
    """The investigation as a whole, and when the rating sheet was filled in last: a form that a rhythm can count."""
    return [
        Metric("credit.investigation", _l("Findings of the credit investigation"), "points", _average, "missing",
               clause="CRD-02"),
        Metric("credit.sheet_filled_in", _l("Credit rating sheet last filled in"), "date", _filled_in, "missing",
               clause="CRD-02"),
    ]  # fmt: skip


def finding_metrics() -> list[Metric]:
    """One per source of the company's list, retired ones too: earlier versions of a card may name them."""
    return [
        Metric(FINDING + each["key"], _("Finding: %(source)s", source=source_title(each["key"])), "points",
               partial(_finding, each["key"]), "missing", clause="CRD-02")
        for each in all_sources()
    ]  # fmt: skip
