"""Invariants of the plugin's data, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, literal, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, currency
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from .models import VOID, Order
from .month_checks import months
from .services.conversion import month_start
from .services.matching import matches, stale
from .services.reconverting import rates, stale_orders, stale_vouchers
from .services.sorts import INVOICE, RECEIPT, SHIPMENT, SORTS
from .services.summary import computed, summary

orders = Order.__table__


def checks() -> list[Check]:
    """The summary equals its recomputation; amounts in the company's currency follow from the rates."""
    return [
        Check("trade.summary", _l("Order summaries"), _summary),
        Check("trade.amounts", _l("Amounts in the company's currency"), _amounts),
        Check("trade.open_items", _l("Open items"), _open_items),
        Check("trade.months", _l("Confirmed months"), months),
        Check("trade.links", _l("Vouchers and their orders"), _links),
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


def _open_items(session: Session) -> Sequence[Finding]:
    """What is matched and open follows from the matchings; nothing void is matched."""
    count = sum(_count(session, stale(sort)) for sort in SORTS if sort.is_settled)
    count += sum(_count(session, stale_vouchers(sort)) for sort in SORTS)
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s voucher does not have the open or converted amount that follows from matchings and rates: "
                "run kezhi trade refresh.",
                "%(num)s vouchers do not have the open or converted amounts that follow from matchings and rates: "
                "run kezhi trade refresh.",
                count,
            )
        )
    ]


def _links(session: Session) -> Sequence[Finding]:
    """Vouchers are of the same customer as the order, invoice or receipt that they go with."""
    invoices, receipts, shipments = (sort.table for sort in (INVOICE, RECEIPT, SHIPMENT))
    wrong = [
        select(sort.table.c.id)
        .join(orders, orders.c.id == sort.table.c.order_id)
        .where(orders.c.customer_id != sort.table.c.customer_id)
        for sort in SORTS
    ]
    covered = select(shipments.c.id).join(invoices, invoices.c.id == shipments.c.invoice_id)
    matched = (
        select(matches.c.id)
        .join(invoices, invoices.c.id == matches.c.invoice_id)
        .join(receipts, receipts.c.id == matches.c.receipt_id)
    )
    wrong += [
        covered.where(invoices.c.customer_id != shipments.c.customer_id),
        matched.where(invoices.c.customer_id != receipts.c.customer_id),
        matched.where(or_(invoices.c.status == VOID, receipts.c.status == VOID)),
        matched.where(invoices.c.currency != receipts.c.currency),
    ]
    count = sum(_count(session, each) for each in wrong)
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s voucher or matching goes with a record of another customer or one that is void: correct it.",
                "%(num)s vouchers or matchings go with records of other customers or void ones: correct them.",
                count,
            )
        )
    ]


def _count(session: Session, rows: Any) -> int:
    return int(session.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
