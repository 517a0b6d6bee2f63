"""Whom it concerns is told: a contract of their customer was signed or ended by somebody else (TSK-02)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import acting_user, db
from kezhi import lazy_gettext as _l

from ...customers.models import Customer
from ...tasks.contributions import About, NoticeKind
from ...tasks.services import notify
from ..models import Contract
from ..rules import READ

CHANGED, ENDING = "contracts.changed", "contracts.ending"


def notice_kinds() -> list[NoticeKind]:
    """The kinds of notices that this builtin sends."""
    return [
        NoticeKind(
            CHANGED,
            _l("A contract of my customer was signed or ended"),
            page=_page,
            icon="file-earmark-ruled",
            model=Contract,
            permission=READ,
        ),
        NoticeKind(
            ENDING,
            _l("A contract of my customer ends soon"),
            page=_page,
            icon="hourglass-split",
            model=Contract,
            permission=READ,
        ),
    ]


def _page(reference: str) -> str:
    return url_for("contracts.show", contract_id=int(reference))


def tell_owner(contract: Contract, what: str) -> None:
    """Tell who is responsible for the customer, unless they did it themselves."""
    customers: Any = Customer.__table__
    whose = select(customers.c.owner_id, customers.c.name).where(customers.c.id == contract.customer_id)
    row = db.session.execute(whose).one()
    if row.owner_id is None:
        return
    name = acting_user().name
    texts = {
        "signed": _l("%(name)s entered that a contract of your customer was signed", name=name),
        "ended": _l("%(name)s entered that a contract of your customer ends early", name=name),
    }
    notify(CHANGED, [row.owner_id], texts[what], about(contract.id, contract.number, row.name, contract.customer_id))


def about(contract_id: int, number: str, customer: str, customer_id: int) -> About:
    """What a notice is about, by name: in the product only."""
    return About(f"{number} · {customer}", str(contract_id), contract_id, customer_id)
