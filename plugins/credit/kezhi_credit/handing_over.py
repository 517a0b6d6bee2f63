"""Investigations under way go over to somebody else when the investigator leaves (CRD-02, ORG-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, false, select, update

from kezhi import bulk_write, db, visible, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import user_by_id
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.handover.contributions import HandOver, Name

from .models import OPEN, Investigation
from .services.investigations import INVESTIGATE, INVESTIGATIONS


def hand_overs() -> list[HandOver]:
    """One kind: what the person should have found out."""
    return [
        HandOver(
            "credit.investigations", _l("Credit investigations under way"), items, names, move, barred, icon="search",
            order=45, accepts=lambda user: user.can(INVESTIGATE),
        )
    ]  # fmt: skip


def items(who: int) -> Select[Any]:
    """The investigations under way of a person."""
    c = INVESTIGATIONS.c
    return select(c.id.label("record_id"), c.number.label("label")).where(c.investigator_id == who, c.state == OPEN)


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    """Those that the acting person sees."""
    rows = db.session.scalars(visible(Investigation).where(Investigation.id.in_(ids)))
    return {each.id: Name(each.number, "credit.investigation", {"investigation_id": each.id}) for each in rows}


def barred(to: int) -> Select[Any]:
    """Investigations of customers that the receiver does not see."""
    user = user_by_id(to)
    seen = visible_ids(Customer, user) if user is not None else select(INVESTIGATIONS.c.id).where(false())
    found = select(INVESTIGATIONS.c.id)
    return found.where(false()) if seen is None else found.where(INVESTIGATIONS.c.customer_id.not_in(seen))


def move(_person: int, to: int, ids: Select[Any]) -> Sequence[tuple[Any, int]]:
    """Give them to the receiver."""
    mine = INVESTIGATIONS.c.id.in_(ids)
    keys = select(INVESTIGATIONS.c.id).where(INVESTIGATIONS.c.investigator_id == to, INVESTIGATIONS.c.state == OPEN)
    bulk_write(update(INVESTIGATIONS).where(mine).values(investigator_id=to), model=Investigation, change="update",
               keys=keys, action="credit.investigation.hand_over")  # fmt: skip
    return []
