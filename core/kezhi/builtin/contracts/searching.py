"""How contracts are found, in the search box and in their list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..search.contributions import SearchKind
from .models import Contract
from .rules import READ
from .services.sealing import signed_by
from .services.values import LONGEST


def _signed_by(text: str) -> ColumnElement[bool] | None:
    keys, fields = signed_by(text.strip()[: LONGEST["our_signer"]]), Contract.__table__.c
    key: Any = Contract.id
    signed = or_(fields.our_signer_key.in_(keys), fields.their_signer_key.in_(keys))
    return key.in_(select(fields.id).where(signed)) if keys else None


def search_kind() -> SearchKind:
    """Contracts by number, subject and their customer's name at the time; by the complete name of a signer too."""
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
        exact=_signed_by,
        icon="file-earmark-ruled",
        order=25,
    )
