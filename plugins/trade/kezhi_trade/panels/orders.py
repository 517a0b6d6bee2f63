"""What a customer's page shows of the orders: facts, the latest orders, the timeline. One statement each."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from flask import url_for

from kezhi import Fact, Panel, TimelineEntry, User, currency, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change, read_once, rows_of
from kezhi.builtin.timeline.contributions import Source
from kezhi.builtin.timeline.reading import ENTRIES
from kezhi.i18n import _
from kezhi.money import display

from ..labels import STATUS_LABELS, STATUS_TONES
from ..models import CANCELLED, CustomerTrade, Order
from .shared import day_of, list_of, start_of

LATEST = 8
#: read for the panel: what the first page of the timeline asks for, so that both are one statement
AS_MANY = ENTRIES + 1


def order_facts(record: Any, user: User) -> list[Fact]:
    """Order amount and last order of a customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    summary = _summary(record)
    if summary is None:
        return [Fact(_l("Ordered so far"), "—", order=30)]
    url = list_of(record, "trade.index")
    count = _("%(count)s orders", count=f"{summary.order_count:,}")
    return [
        Fact(_l("Ordered so far"), display(summary.total_amount, currency(), cents=False), url, count, order=30),
        Fact(_l("Last order"), summary.last_order_date.isoformat(), url, order=31),
    ]


def order_panels(record: Any, user: User) -> list[Panel]:
    """The latest orders of a customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    may_enter = record.code and may_change(record, "trade.write", user)

    def context() -> dict[str, Any]:
        return {
            "orders": _latest(record, AS_MANY)[:LATEST],
            "status_labels": STATUS_LABELS,
            "status_tones": STATUS_TONES,
            "new_url": url_for("trade.new", customer=record.code) if may_enter else "",
        }

    return [
        Panel(
            _l("Trade figures"),
            "trade/panel.html",
            context,
            icon="receipt",
            link=list_of(record, "trade.index"),
            link_text=_l("All orders"),
            order=30,
            tab="trade",
        )
    ]


def order_sources(record: Any, user: User) -> list[Source]:
    """What orders tell in the timeline of their customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    return [Source("trade.order", _l("Orders"), partial(_entries, record), order=40)]


def _entries(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Orders as they were placed."""
    return [
        TimelineEntry(
            at=start_of(order.order_date),
            title=_("Order %(number)s", number=order.number),
            icon="receipt",
            tone="gray" if order.status == CANCELLED else "teal",
            text=f"{display(order.amount, order.currency)} {STATUS_LABELS[order.status]}",
            url=url_for("trade.show", order_id=order.id),
        )
        for order in _latest(customer, limit, day_of(until))
    ]


def _summary(customer: Customer) -> CustomerTrade | None:
    mine = rows_of(CustomerTrade.customer_id, customer.id)
    found: CustomerTrade | None = db.session.execute(mine).scalar_one_or_none()
    return found


def _latest(customer: Customer, limit: int, until: date | None = None) -> list[Order]:
    def read() -> list[Order]:
        statement = rows_of(Order.customer_id, customer.id)
        if until is not None:
            statement = statement.where(Order.order_date <= until)
        newest = statement.order_by(Order.order_date.desc(), Order.id.desc()).limit(limit)
        return list(db.session.execute(newest).scalars())

    return read_once(("trade.orders", customer.id, limit, until), read)
