"""How contracts are found, in the search box and in their list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..search.contributions import SearchKind
from .models import Contract
from .rules import READ


def search_kind() -> SearchKind:
    """Contracts by number, subject and their customer's name at the time."""
    fields: Any = Contract
    customers: Any = Customer.__table__
    customer = select(customers.c.name).where(customers.c.id == fields.customer_id).scalar_subquery()
    return SearchKind(
        key="contracts",
        title=_l("Contracts"),
        model=Contract,
        endpoint="contracts.show",
        argument="contract_id",
        permission=READ,
        heading=fields.number,
        codes=(fields.number,),
        names=(fields.title, fields.their_party),
        notes=(customer, fields.title),
        list_endpoint="contracts.index",
        icon="file-earmark-ruled",
        order=25,
    )
