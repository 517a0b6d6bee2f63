"""Invariants of the plugin's data, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, literal, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, currency
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from .models import Order
from .services.conversion import month_start
from .services.reconverting import rates, stale_orders
from .services.summary import computed, summary

orders = Order.__table__


def checks() -> list[Check]:
    """The summary equals its recomputation; amounts in the company's currency follow from the rates."""
    return [
        Check("trade.summary", _l("Order summaries"), _summary),
        Check("trade.amounts", _l("Amounts in the company's currency"), _amounts),
    ]


def _summary(session: Session) -> Sequence[Finding]:
    fresh = computed().subquery()
    names = ("total_amount", "order_count", "last_order_date")
    differs = or_(*(fresh.c[name].is_distinct_from(summary.c[name]) for name in names))
    wrong = select(fresh.c.customer_id).outerjoin(summary, summary.c.customer_id == fresh.c.customer_id).where(differs)
    left = select(summary.c.customer_id).where(~exists().where(fresh.c.customer_id == summary.c.customer_id))
    count = _count(session, wrong) + _count(session, left)
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "The order summary of %(num)s customer is out of date: run kezhi trade refresh.",
                "The order summaries of %(num)s customers are out of date: run kezhi trade refresh.",
                count,
            )
        )
    ]


def _amounts(session: Session) -> Sequence[Finding]:
    company = currency()
    own = select(orders.c.id).where(
        orders.c.currency == company,
        or_(orders.c.base_amount != orders.c.amount, orders.c.base_profit.is_distinct_from(orders.c.profit)),
    )
    at_rate = (rates.c.currency == orders.c.currency) & (rates.c.month == month_start(orders.c.order_date))
    without = select(orders.c.id).where(orders.c.currency != company, ~exists(select(literal(1)).where(at_rate)))
    present = list(session.execute(select(orders.c.currency).where(orders.c.currency != company).distinct()).scalars())
    count = _count(session, own) + _count(session, without)
    count += sum(_count(session, stale_orders(code)) for code in present)
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s order does not have the amount that its month's rate gives: import the rates again.",
                "%(num)s orders do not have the amounts that their months' rates give: import the rates again.",
                count,
            )
        )
    ]


def _count(session: Session, rows: Any) -> int:
    return int(session.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
