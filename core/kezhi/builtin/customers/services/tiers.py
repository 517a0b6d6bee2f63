"""Service tiers (GRD-26): asked of whoever provides them, so that nobody has to know the app that grades customers."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import Select, false, func, literal, select

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.db import CodeText

from ..contributions import ServiceTier, ServiceTiers
from ..models import Customer

CUSTOMERS: Any = Customer.__table__
#: what everybody has where no app provides tiers
DEFAULT = ServiceTier("normal", _l("Normal service"), 1, 8)


def service_tiers() -> ServiceTiers:
    """The tiers in force and who has which; without a provider one default tier for all."""
    provided: ServiceTiers | None = current_app.extensions["kezhi"].call.customer_service_tiers()
    if provided is not None and provided.tiers:
        return provided
    nobody = select(CUSTOMERS.c.id.label("customer_id"), literal("", CodeText).label("tier")).where(false())
    return ServiceTiers((DEFAULT,), nobody)


def tier_rows(tiers: ServiceTiers | None = None) -> Select[Any]:
    """``customer_id, tier`` for every customer, once: who has no tier of their own has the last one. To be joined."""
    tiers = tiers or service_tiers()
    given = tiers.rows.subquery("given_tiers")
    tier = func.coalesce(given.c.tier, tiers.tiers[-1].key).label("tier")
    return select(CUSTOMERS.c.id.label("customer_id"), tier).outerjoin(given, given.c.customer_id == CUSTOMERS.c.id)


def service_tier_of(customer_id: int) -> ServiceTier:
    """The tier of one customer now; that of a customer there is not is the last one."""
    tiers = service_tiers()
    if len(tiers.tiers) == 1:  # everybody's
        return tiers.tiers[0]
    given = tiers.rows.subquery()
    key = db.session.scalar(select(given.c.tier).where(given.c.customer_id == customer_id))
    return next((tier for tier in tiers.tiers if tier.key == key), tiers.tiers[-1])
