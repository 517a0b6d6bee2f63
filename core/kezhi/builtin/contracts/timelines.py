"""The timeline of a contract, and what contracts tell in that of their customer (CUS-05, CUS-13)."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import url_for

from kezhi import User
from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..timeline.contributions import Source, Timeline
from .models import Contract
from .rules import EDIT, READ
from .services.history import entries


def timelines() -> list[Timeline]:
    """Contracts have a timeline, and notes on it."""
    return [
        Timeline(
            "contract",
            _l("Contracts"),
            Contract,
            read=READ,
            write=EDIT,
            name=lambda contract: str(contract.number),
            page=lambda contract_id: url_for("contracts.show", contract_id=contract_id),
            customer=lambda contract: int(contract.customer_id),
        )
    ]


def sources(record: Any, user: User) -> list[Source]:
    """How contracts were entered and changed."""
    if not user.can(READ):
        return []
    if isinstance(record, Contract):
        read = partial(entries, contract_id=record.id)
    elif isinstance(record, Customer):
        read = partial(entries, customer_id=record.id)
    else:
        return []
    return [Source("contracts.contract", _l("Contracts"), read, order=40)]
