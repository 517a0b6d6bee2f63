"""What a customer's page shows of the orders: facts, the latest orders, the timeline. One statement each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from flask import url_for

from kezhi import Fact, Panel, TimelineEntry, User, clock, currency, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.timeline.contributions import Source
from kezhi.i18n import _
from kezhi.money import display

from .labels import STATUS_LABELS, STATUS_TONES
from .models import CANCELLED, CustomerTrade, Order

LATEST = 8


def facts(record: Any, user: User) -> list[Fact]:
    """Order amount and last order of a customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    summary = _summary(record, user)
    if summary is None:
        return [Fact(_l("Ordered so far"), "—", order=30)]
    url = _orders_of(record)
    count = _("%(count)s orders", count=f"{summary.order_count:,}")
    return [
        Fact(_l("Ordered so far"), display(summary.total_amount, currency(), cents=False), url, count, order=30),
        Fact(_l("Last order"), summary.last_order_date.isoformat(), url, order=31),
    ]


def panels(record: Any, user: User) -> list[Panel]:
    """The latest orders of a customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    context = {
        "orders": _latest(record, user, LATEST),
        "status_labels": STATUS_LABELS,
        "status_tones": STATUS_TONES,
        "new_url": url_for("trade.new", customer=record.code) if record.code and user.can("trade.write") else "",
    }
    return [
        Panel(
            _l("Trade figures"),
            "trade/panel.html",
            context,
            icon="receipt",
            link=_orders_of(record),
            link_text=_l("All orders"),
            order=30,
        )
    ]


def timeline_sources(record: Any, user: User) -> list[Source]:
    """What orders tell in the timeline of their customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    return [Source("trade.order", _l("Orders"), lambda until, limit: timeline(record, user, until, limit), order=40)]


def timeline(customer: Customer, user: User, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Orders as they were placed."""
    zone = clock.company_zone()
    return [
        TimelineEntry(
            at=datetime.combine(order.order_date, time.min, zone).astimezone(UTC),
            title=_("Order %(number)s", number=order.number),
            icon="receipt",
            tone="gray" if order.status == CANCELLED else "teal",
            text=f"{display(order.amount, order.currency)} {STATUS_LABELS[order.status]}",
            url=url_for("trade.show", order_id=order.id),
        )
        for order in _latest(customer, user, limit, clock.local(until).date() if until is not None else None)
    ]


def _summary(customer: Customer, user: User) -> CustomerTrade | None:
    statement = visible(CustomerTrade, user).where(CustomerTrade.customer_id == customer.id)
    found: CustomerTrade | None = db.session.execute(statement).scalar_one_or_none()
    return found


def _latest(customer: Customer, user: User, limit: int, until: date | None = None) -> list[Order]:
    statement = visible(Order, user).where(Order.customer_id == customer.id)
    if until is not None:
        statement = statement.where(Order.order_date <= until)
    newest = statement.order_by(Order.order_date.desc(), Order.id.desc()).limit(limit)
    return list(db.session.execute(newest).scalars())


def _orders_of(customer: Customer) -> str:
    only_theirs: dict[str, Any] = {"f.customer_code": customer.code} if customer.code else {}
    return url_for("trade.index", **only_theirs)
