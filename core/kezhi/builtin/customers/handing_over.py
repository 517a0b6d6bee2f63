"""The customers of a person, for the builtin of hand-overs (ORG-01, CUS-04)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g
from sqlalchemy import Select, func, select

from kezhi import db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.apps.record_links import StoredLink, links_to

from ..handover.contributions import HandOver, Name
from .models import Customer
from .services.assigning import hand_over_these
from .services.links import TARGET

customer: Any = Customer.__table__.c


def hand_overs() -> list[HandOver]:
    """All customers for which the person is responsible, those too that the acting person may not see."""
    return [
        HandOver(
            "customers.owner", _l("Customers"), items, names, move, icon="building", order=10,
            accepts=lambda user: user.can("customers.read"),
        )
    ]  # fmt: skip


def items(person: int) -> Select[Any]:
    label = func.coalesce(customer.code, customer.prospect_number, "").label("label")
    return select(customer.id.label("record_id"), label).where(customer.owner_id == person)


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    seen = db.session.execute(
        visible(Customer).with_only_columns(Customer.id, Customer.name).where(Customer.id.in_(ids))
    )
    return {row.id: Name(row.name, "customers.show", {"customer_id": row.id}) for row in seen}


def move(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """What apps put in the person's charge about these customers goes along."""
    links: list[StoredLink] | None = g.get("kezhi_customers_links")
    if links is None:  # what tables there are is asked once, however many take over
        links = g.kezhi_customers_links = links_to(TARGET)
    counts = hand_over_these(person, to, ids, links)
    titles = {stored.table.name: stored.link.label for stored in links}
    return [(titles[table], count) for table, count in counts.items() if table in titles]
