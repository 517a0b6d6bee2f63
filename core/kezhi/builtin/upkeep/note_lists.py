"""The list of what competitors did: one row for each competitor of each note (CUS-07)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import Choice, Column, Filter, ListView
from kezhi import lazy_gettext as _l
from kezhi.cells import Cell, Renderer, address_of
from kezhi.visibility import visible_where

from ..accounts.models import Account, Department
from ..customers.models import Customer
from .models import Observation, ObservationCustomer
from .rules import EXPORT_NOTES

SEPARATOR = "、"


def month_text(cell: Cell) -> str:
    """A month as ``2026-10``."""
    return cell.value.strftime("%Y-%m") if isinstance(cell.value, date) else ""


def note_list() -> ListView:
    """Every observation that one may read, the newest month first."""
    month: Any = Observation.month
    texts = {"action": _l("What they did"), "effect": _l("Effect on us"), "counter_measure": _l("Counter-measure")}
    return ListView(
        name="market-notes",
        model=Observation,
        columns=[
            Column("month", _l("Month"), month, sortable=True, default=True, filter=Filter("date"),
                   render=Renderer(month_text, month_text, muted=True, phone="end"), order=1),
            Column("competitor", _l("Competitor"), Observation.competitor, default=True, filter=Filter("text"),
                   render="name", order=2),
            *(Column(key, title, getattr(Observation, key), default=True, filter=Filter("text"), order=3 + place)
              for place, (key, title) in enumerate(texts.items())),
            _customers(),
            _author(),
            _department(),
        ],
        order=("month", "desc"),
        search=[Observation.competitor, Observation.action, Observation.effect, Observation.counter_measure],
        link=lambda row: address_of("upkeep.note", observation_id=row.id),
        title=_l("Competitive-environment notes"),
        kind=_l("observations"),
        search_hint=_l("Competitor or text"),
        export_permission=EXPORT_NOTES,
    )  # fmt: skip


def _customers() -> Column:
    """The names of the customers concerned that one sees."""
    link = ObservationCustomer.__table__.c
    names = select(Customer.name.label("name")).join(ObservationCustomer.__table__, link.customer_id == Customer.id)
    names = names.where(link.observation_id == Observation.id).order_by(Customer.name).correlate(Observation)
    seen = visible_where(Customer)
    named = (names if seen is None else names.where(seen)).subquery()
    text = select(func.aggregate_strings(named.c.name, SEPARATOR)).scalar_subquery()
    return Column("customers", _l("Customers concerned"), text, default=True, order=7)


def _author() -> Column:
    name = select(Account.name).where(Account.id == Observation.user_id).scalar_subquery()
    named = Filter("text", apply=lambda text: Observation.user_id.in_(select(Account.id).where(Account.name == text)))
    return Column("author", _l("Salesperson"), name, default=True, render="person", filter=named, order=8)


def _department() -> Column:
    name = select(Department.name).where(Department.id == Observation.department_id).scalar_subquery()
    chosen = Filter("choice", _departments, lambda text: Observation.department_id == int(text))
    return Column("department", _l("Department"), name, filter=chosen, order=9)


def _departments() -> list[Choice]:
    from ..customers.services import choosable_departments

    return [Choice(str(key), name) for key, name in choosable_departments().items()]
