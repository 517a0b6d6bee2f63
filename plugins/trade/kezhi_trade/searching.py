"""How orders and disputes are found in the search box."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.search.contributions import SearchKind

from .models import Dispute, Order
from .services.sorts import SORTS


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


def voucher_kinds() -> list[SearchKind]:
    """Shipments, invoices and receipts by their number, and by the number they have where they come from."""
    found = []
    for place, sort in enumerate(SORTS):
        fields: Any = sort.model
        customer = select(Customer.name).where(Customer.id == fields.customer_id).scalar_subquery()
        found.append(
            SearchKind(
                key=f"trade.{sort.key}s",
                title=sort.plural,
                model=fields,
                endpoint=f"trade.{sort.key}",
                argument=f"{sort.key}_id",
                permission="trade.read",
                heading=fields.number,
                codes=(fields.number, fields.external_id),
                notes=(customer, fields.happened_on),
                list_endpoint=f"trade.{sort.key}s",
                icon=sort.icon,
                order=32 + place,
            )
        )
    return found
