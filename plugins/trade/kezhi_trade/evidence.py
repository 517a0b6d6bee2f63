"""What shows that the figures of trade are kept (TRD-01, TRD-02, TRD-07, TRD-09)."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add
from typing import Any

from flask import current_app
from sqlalchemy import exists, func, literal, select, union_all

from kezhi import currency, setting
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Found, Records

from .calendar_months import later, month_of, number_of
from .models import (
    CONFIRMED,
    VALID,
    CustomerTrade,
    Declaration,
    Dispute,
    Invoice,
    Month,
    Order,
    Receipt,
    Shipment,
    Stock,
)
from .models.disputes import UNSETTLED
from .services.conversion import month_start
from .services.rates import rates
from .services.rows import first_month


def evidence() -> list[ClauseEvidence]:
    """Orders, metrics, declared figures and disputes."""
    finance, sales = _l("Finance"), _l("Sales")
    return [
        ClauseEvidence(
            "TRD-01",
            _l("Orders are kept; every order in another currency has the rate of its month."),
            ask=orders,
            says=lambda found: _l("Orders: %(count)s", count=f"{found.records or 0:,}"),
            needed=1,
            records=Records("trade.index", {"sort": "-order_date"}),
            responsible=finance,
        ),
        ClauseEvidence(
            "TRD-01",
            _l("Shipments, invoices, receipts with deposits, and stock are kept as well as orders."),
            key="books",
            title=_l("Books and stock"),
            ask=books,
            says=lambda found: _l(
                "Shipments, invoices, receipts and stock records: %(count)s", count=f"{found.records or 0:,}"
            ),
            needed=1,
            records=Records("trade.invoices"),
            responsible=finance,
        ),
        ClauseEvidence(
            "TRD-02",
            _l("Metrics are offered, and customers with orders have their sums."),
            ask=metrics,
            says=lambda found: _l("Metrics: %(count)s, customers: %(of)s", count=found.records or 0, of=found.of or 0),
            needed=1,
            records=Records("customers.index", {"sort": "-trade.total_amount"}),
            responsible=_l("The system"),
        ),
        ClauseEvidence(
            "TRD-03",
            _l("Every month is confirmed before the next one is over, unless the company runs without confirmation."),
            ask=months,
            says=_months_in_words,
            late=lambda count: _l("Months not confirmed in time: %(count)s", count=count),
            records=Records("trade.months"),
            responsible=finance,
        ),
        ClauseEvidence(
            "TRD-07",
            _l("Every declared figure says where it was stated."),
            ask=declared,
            says=lambda found: _l("Figures declared: %(count)s", count=found.records or 0),
            records=Records("trade.declarations"),
            responsible=sales,
        ),
        ClauseEvidence(
            "TRD-09",
            _l("Disputes are registered and settled; a settled one has its outcome."),
            ask=disputes,
            says=lambda found: _l("Disputes: %(count)s, open: %(open)s", count=found.records or 0, open=found.waiting),
            records=Records("trade.disputes"),
            responsible=sales,
        ),
    ]


def orders(_today: date) -> Ask:
    """Orders, the day of the last one, and those that have no rate."""
    count = select(func.count(Order.id))
    at_rate = (rates.c.currency == Order.currency) & (rates.c.month == month_start(Order.order_date))
    return Ask(
        records=count,
        latest=select(func.max(Order.order_date)),
        breaches=count.where(Order.currency != currency(), ~exists(select(literal(1)).where(at_rate))),
    )


def metrics(_today: date) -> Ask:
    """The metrics of this app, and the customers that have sums."""
    own = [key for key in current_app.extensions["kezhi"].metrics if key.startswith("trade.")]
    return Ask(
        records=len(own),
        of=select(func.count(CustomerTrade.customer_id)),
        latest=select(func.max(_days().c.day)),
    )


def _days() -> Any:
    """The last day of every kind of records that figures are made of."""
    days = (CustomerTrade.last_order_date, Invoice.happened_on, Receipt.happened_on, Stock.month)
    return union_all(*(select(func.max(day).label("day")) for day in days)).subquery("days")


def books(_today: date) -> Ask:
    """Vouchers that are not void, and stock; and the latest of them."""
    counts = [_count(Stock), *(_count(model, model.status == VALID) for model in (Shipment, Invoice, Receipt))]
    days = (Shipment.happened_on, Invoice.happened_on, Receipt.happened_on, Stock.month)
    latest = union_all(*(select(func.max(day).label("day")) for day in days)).subquery("days")
    return Ask(records=select(reduce(add, counts)), latest=select(func.max(latest.c.day)))


def _count(model: Any, *where: Any) -> Any:
    return select(func.count()).select_from(model).where(*where).scalar_subquery()


def months(today: date) -> Ask:
    """Confirmed months; those that should have been a month ago and are not, and those that still have time."""
    confirmed = select(func.count(Month.id)).where(Month.state == CONFIRMED)
    latest = select(func.max(Month.confirmed_at)).where(Month.state == CONFIRMED)
    last, first = later(month_of(today), -1), first_month()
    if not setting("trade", "confirm_months") or (first is not None and first > last):
        return Ask(records=confirmed, latest=latest)
    old = 0 if first is None else max(number_of(last) - number_of(first), 0)
    in_time = _count(Month, Month.state == CONFIRMED, Month.month.between(first or last, later(last, -1)))
    present = _count(Month, Month.state == CONFIRMED, Month.month == last)
    return Ask(
        records=confirmed,
        latest=latest,
        breaches=select(literal(old) - in_time),
        waiting=select(literal(1) - present),
        of=old + 1,
    )


def _months_in_words(found: Found) -> Any:
    if found.of is None:
        return _l("Confirmed months: %(count)s; the company runs without confirmation", count=found.records or 0)
    return _l("Confirmed months: %(count)s of %(of)s", count=found.records or 0, of=found.of)


def declared(_today: date) -> Ask:
    """Declared figures that were not withdrawn, and those without a source."""
    count = select(func.count(Declaration.id)).where(Declaration.withdrawn_at.is_(None))
    return Ask(
        records=count,
        latest=select(func.max(Declaration.declared_on)),
        breaches=count.where(Declaration.stated_in == ""),
    )


def disputes(_today: date) -> Ask:
    """Disputes, those that are open, and settled ones of which nobody wrote how."""
    count = select(func.count(Dispute.id))
    return Ask(
        records=count,
        latest=select(func.max(Dispute.happened_on)),
        label=select(Dispute.number).order_by(Dispute.happened_on.desc(), Dispute.id.desc()).limit(1),
        waiting=count.where(Dispute.state == UNSETTLED),
        breaches=count.where(Dispute.state != UNSETTLED, Dispute.outcome == ""),
    )
