"""What shows that the figures of trade are kept (TRD-01, TRD-02, TRD-07, TRD-09)."""

from __future__ import annotations

from datetime import date

from flask import current_app
from sqlalchemy import exists, func, literal, select

from kezhi import currency
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import CustomerTrade, Declaration, Dispute, Order
from .models.disputes import UNSETTLED
from .services.conversion import month_start
from .services.rates import rates


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
            "TRD-02",
            _l("Metrics are offered, and customers with orders have their sums."),
            ask=metrics,
            says=lambda found: _l("Metrics: %(count)s, customers: %(of)s", count=found.records or 0, of=found.of or 0),
            needed=1,
            records=Records("customers.index", {"sort": "-trade.total_amount"}),
            responsible=_l("The system"),
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
        latest=select(func.max(CustomerTrade.last_order_date)),
    )


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
