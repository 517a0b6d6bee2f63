"""How orders and disputes are found in the search box."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.search.contributions import SearchKind

from .models import Dispute, Order


def search_kind() -> SearchKind:
    """Orders by their number, and by the number they have where they come from."""
    fields: Any = Order
    customer = select(Customer.name).where(Customer.id == Order.customer_id).scalar_subquery()
    return SearchKind(
        key="trade",
        title=_l("Orders"),
        model=Order,
        endpoint="trade.show",
        argument="order_id",
        permission="trade.read",
        heading=fields.number,
        codes=(fields.number, fields.external_id),
        notes=(customer, fields.order_date),
        list_endpoint="trade.index",
        icon="receipt",
        order=30,
    )


def dispute_kind() -> SearchKind:
    """Disputes by their number and by words of their subject."""
    fields: Any = Dispute
    customer = select(Customer.name).where(Customer.id == Dispute.customer_id).scalar_subquery()
    return SearchKind(
        key="trade.disputes",
        title=_l("Disputes"),
        model=Dispute,
        endpoint="trade.dispute",
        argument="dispute_id",
        permission="trade.read",
        heading=fields.number,
        codes=(fields.number,),
        names=(fields.subject,),
        notes=(customer, fields.subject),
        list_endpoint="trade.disputes",
        icon="exclamation-diamond",
        order=31,
    )
