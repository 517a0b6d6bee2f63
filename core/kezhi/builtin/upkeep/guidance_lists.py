"""The list of supervision and guidance (CUS-16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import Column, Filter, ListView
from kezhi import lazy_gettext as _l
from kezhi.visibility import visible_where

from ..accounts.models import Account
from ..customers.models import Customer
from .models import Guidance
from .rules import GUIDE


def guidance_list() -> ListView:
    """Every entry that one may read, the newest first."""
    day: Any = Guidance.on_day
    name = select(Customer.name).where(Customer.id == Guidance.customer_id).correlate(Guidance)
    seen = visible_where(Customer)
    customer = (name if seen is None else name.where(seen)).scalar_subquery()
    return ListView(
        name="guidance",
        model=Guidance,
        columns=[
            Column("day", _l("Day"), day, sortable=True, default=True, render="date", filter=Filter("date"), order=1),
            Column("text", _l("What was looked at or explained"), Guidance.text, default=True, render="name", order=2),
            _person("person", _l("Whom it was for"), Guidance.person_id, 3),
            Column("customer", _l("Customer file"), customer, default=True, order=4),
            _person("by", _l("Recorded by"), Guidance.by_id, 5),
        ],
        order=("day", "desc"),
        search=[Guidance.text],
        title=_l("Supervision and guidance"),
        kind=_l("entries"),
        search_hint=_l("Text"),
        export_permission=GUIDE,
    )


def _person(key: str, title: Any, column: Any, order: int) -> Column:
    name = select(Account.name).where(Account.id == column).scalar_subquery()
    named = Filter("text", apply=lambda text: column.in_(select(Account.id).where(Account.name == text)))
    return Column(key, title, name, default=True, render="person", filter=named, order=order)
