"""Whether both copies of a base file are where they should be: the states, in SQL (CUS-16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, literal, or_, select

from kezhi import Choice, Column, Filter, setting
from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from .models import DATABASE, SERVICE, BaseCopy
from .rules import READ

COPIES = "upkeep.copies"
KINDS = {SERVICE: _l("Customer service, for daily use"), DATABASE: _l("Database of the information department")}
COMPLETE, NO_SERVICE, NO_DATABASE, NEITHER, NOT_ASKED = "complete", "no-service", "no-database", "neither", "not-asked"
STATES = {
    COMPLETE: (_l("Both copies"), "green"),
    NO_SERVICE: (_l("Copy of customer service missing"), "amber"),
    NO_DATABASE: (_l("Copy in the database missing"), "amber"),
    NEITHER: (_l("Both copies missing"), "red"),
    NOT_ASKED: (_l("No copies asked for"), "gray"),
}
MISSING = (NO_SERVICE, NO_DATABASE, NEITHER)
copies: Any = BaseCopy.__table__.c


def institutional_types() -> list[str]:
    """The business types whose customers are institutional."""
    return [str(key) for key in setting("upkeep", "institutional_types")]


def institutional() -> ColumnElement[bool]:
    """Customers whose base file is kept in two copies."""
    types: Any = bindparam("upkeep_types", callable_=institutional_types, expanding=True, unique=True)
    condition: ColumnElement[bool] = Customer.business_type.in_(types)
    return condition


def there(kind: str) -> ColumnElement[bool]:
    """The copy of a kind is on record."""
    return exists(select(literal(1)).where(copies.customer_id == Customer.id, copies.kind == kind))


def has_state(state: str) -> ColumnElement[bool]:
    """The condition of a state. Errors: ``ValueError`` for one there is not."""
    service, database = there(SERVICE), there(DATABASE)
    conditions = {
        COMPLETE: and_(service, database),
        NO_SERVICE: and_(~service, database),
        NO_DATABASE: and_(service, ~database),
        NEITHER: and_(~service, ~database),
    }
    if state == NOT_ASKED:
        return ~institutional()
    if state not in conditions:
        raise ValueError(state)
    return and_(institutional(), conditions[state])


def missing() -> ColumnElement[bool]:
    """Institutional customers of whom a copy is missing."""
    return and_(institutional(), or_(~there(SERVICE), ~there(DATABASE)))


def copy_column() -> Column:
    """The state of the copies in the list of customers."""
    shown = case(*[(has_state(state), literal(state)) for state in STATES if state != NOT_ASKED], else_=NOT_ASKED)
    tones = [(has_state(state), literal(tone)) for state, (_title, tone) in STATES.items() if tone != "gray"]
    choices = [Choice(state, title) for state, (title, _tone) in STATES.items()]
    return Column(
        COPIES,
        _l("Copies of the base file"),
        shown,
        filter=Filter("choice", choices=lambda: choices, apply=has_state),
        permission=READ,
        render="chip",
        order=72,
        extra=(case(*tones, else_="gray"),),
    )
