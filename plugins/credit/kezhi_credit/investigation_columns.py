"""Columns of the list of credit investigations (CRD-02)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import case, literal, select

from kezhi import Choice, Column, Filter, clock, setting
from kezhi import lazy_gettext as _l

from .columns import ACCOUNTS
from .labels import EXPIRING, INVESTIGATION_LABELS, INVESTIGATION_TONES, OVER_DATE, VALID
from .models import DONE, Investigation
from .services.standing import CUSTOMERS


def investigation_columns() -> list[Column]:
    """Whose, by whom, until when, and how it stands today: made anew for every list, by the day."""
    own: Any = Investigation
    state = stands()
    name = select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == own.investigator_id).correlate(own).scalar_subquery()
    return [
        Column("number", _l("Investigation number"), own.number, default=True, render="code", order=10,
               filter=Filter("text", apply=lambda text: own.number.icontains(text.strip(), autoescape=True))),
        *customer_columns(own),
        Column("state", _l("Status"), state, default=True, render="chip", order=30,
               filter=Filter("choice", _states, lambda key: state == key),
               extra=(case(INVESTIGATION_TONES, value=state),)),
        Column("investigator", _l("Investigator"), name, default=True, render="person", order=40,
               filter=Filter("text", apply=lambda text: own.investigator_id.in_(
                   select(ACCOUNTS.c.id).where(ACCOUNTS.c.name.icontains(text.strip(), autoescape=True))))),
        Column("due_on", _l("To be done by"), own.due_on, sortable=True, default=True, render="date", order=50,
               filter=Filter("date")),
        Column("investigated_on", _l("Investigated on"), own.investigated_on, default=True, render="date", order=60,
               filter=Filter("date")),
        Column("valid_until", _l("Holds until"), own.valid_until, default=True, render="date", order=70,
               filter=Filter("date")),
    ]  # fmt: skip


def stands() -> Any:
    """How an investigation stands today, as SQL."""
    own, today = Investigation.__table__.c, clock.today()
    soon = today + timedelta(days=int(setting("credit", "investigation_expiring_days")))
    return case(
        (own.state != DONE, own.state),
        (own.valid_until < today, literal(OVER_DATE)),
        (own.valid_until <= soon, literal(EXPIRING)),
        else_=literal(VALID),
    )


def customer_columns(model: Any) -> list[Column]:
    """The customer of a row: name and code, filtered by a part of them."""
    whose = CUSTOMERS.c.id == model.customer_id

    def of_customer(column: Any) -> Any:
        return select(column).where(whose).correlate(model).scalar_subquery()

    def with_text(column: Any, text: str) -> Any:
        return model.customer_id.in_(select(CUSTOMERS.c.id).where(column.icontains(text.strip(), autoescape=True)))

    return [
        Column("customer", _l("Customer"), of_customer(CUSTOMERS.c.name), default=True, render="name", order=20,
               filter=Filter("text", apply=lambda text: with_text(CUSTOMERS.c.name, text))),
        Column("customer_code", _l("Customer code"), of_customer(CUSTOMERS.c.code), render="code", order=21,
               filter=Filter("text", apply=lambda text: with_text(CUSTOMERS.c.code, text))),
    ]  # fmt: skip


def _states() -> list[Choice]:
    return [Choice(key, label) for key, label in INVESTIGATION_LABELS.items()]
