"""Agreements as metrics: how many of a kind are in force on the last day of a period, one metric per kind (CUS-13)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Integer, Select, literal, select

from kezhi import Evidence, Metric, Period
from kezhi.figures import sql_count
from kezhi.i18n import _

from .services.in_force import agreements_in_force
from .services.kinds import all_kinds, kind_text

PREFIX = "contracts.in_force_"


def _rows(key: str, period: Period, population: Select[Any]) -> Any:
    found = agreements_in_force(period.end, key).subquery()
    return found, found.c.customer_id.in_(population)


def _count(key: str, period: Period, population: Select[Any]) -> Select[Any]:
    found, of_them = _rows(key, period, population)
    return select(found.c.customer_id, sql_count().label("value")).where(of_them).group_by(found.c.customer_id)


def _evidence(key: str, period: Period, population: Select[Any]) -> Select[Any]:
    found, of_them = _rows(key, period, population)
    return select(
        found.c.customer_id,
        found.c.contract_id.label("record_id"),
        found.c.number.label("reference"),
        found.c.signed_on.label("happened_on"),
        literal(1, Integer()).label("value"),
    ).where(of_them)


def metrics() -> list[Metric]:
    """One per kind of the company's list, retired ones too: earlier schemes may name them."""
    found = []
    for kind in all_kinds():
        key, title = kind["key"], _("In force: %(kind)s", kind=kind_text(kind["key"]))
        evidence = Evidence(PREFIX + key, title, "count", partial(_evidence, key))
        found.append(
            Metric(PREFIX + key, title, "count", partial(_count, key), "zero", evidence=evidence, clause="CUS-13")
        )
    return found
