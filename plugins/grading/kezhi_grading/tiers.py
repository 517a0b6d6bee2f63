"""Service tiers for other apps: which tier a customer has by the scheme that the company names for them (GRD-26)."""

from __future__ import annotations

from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import select

from kezhi import localised, setting
from kezhi.builtin.customers.contributions import ServiceTier, ServiceTiers

from .models import CurrentGrade
from .services.standing import grades_in_force

CURRENT: Any = CurrentGrade.__table__


def service_tiers() -> ServiceTiers | None:
    """The grades in force of that scheme that promise service; None until such grades were published."""
    key = str(setting("grading", "service_scheme") or "")
    grades = [grade for grade in grades_in_force(key) if grade.service is not None] if key else []
    if not grades:
        return None
    tiers = tuple(  # the title in whatever language it is read: reports keep both
        ServiceTier(grade.key, LazyString(localised, grade.title), place, grade.service.hours, grade.service.dedicated,
                    grade.tone)
        for place, grade in enumerate(grades, 1)
        if grade.service is not None
    )  # fmt: skip
    rows = select(CURRENT.c.customer_id, CURRENT.c.grade.label("tier")).where(
        CURRENT.c.scheme_key == key, CURRENT.c.grade.in_([tier.key for tier in tiers])
    )
    return ServiceTiers(tiers, rows)
