"""Frozen cards, and the card of today."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from kezhi import NotFound, Period, clock, db, visible
from kezhi.i18n import _

from ...customers.models import Customer
from ...customers.services import rows_of
from ..models import Card, CardPeriod
from .figures import figures, manifest, visible_figures

CUSTOMERS = Customer.__table__


def periods(rhythm: str | None = None) -> list[CardPeriod]:
    """The frozen periods, the newest first."""
    statement = select(CardPeriod).where(CardPeriod.taken_at.is_not(None))
    if rhythm:
        statement = statement.where(CardPeriod.rhythm == rhythm)
    return list(db.session.scalars(statement.order_by(CardPeriod.end.desc(), CardPeriod.id.desc()).limit(300)))


def period_by_id(period_id: int) -> CardPeriod:
    """A frozen period. Errors: ``NotFound``, also while its cards are being written."""
    found = db.session.get(CardPeriod, period_id)
    if found is None or found.taken_at is None:
        raise NotFound(_("There are no such cards."))
    return found


def previous_period(period: CardPeriod) -> CardPeriod | None:
    """The frozen period of the same rhythm before this one."""
    statement = select(CardPeriod).where(
        CardPeriod.rhythm == period.rhythm, CardPeriod.start < period.start, CardPeriod.taken_at.is_not(None)
    )
    return db.session.scalars(statement.order_by(CardPeriod.start.desc()).limit(1)).one_or_none()


def cards_of(customer_id: int, limit: int = 60) -> list[tuple[CardPeriod, Card]]:
    """The frozen cards of a customer that the acting user sees, the newest first."""
    statement: Select[Any] = (
        rows_of(Card.customer_id, customer_id)
        .join(CardPeriod, CardPeriod.id == Card.period_id)
        .add_columns(CardPeriod)
        .where(CardPeriod.taken_at.is_not(None))
        .order_by(CardPeriod.end.desc(), CardPeriod.start.desc())
        .limit(limit)
    )
    return [(period, card) for card, period in db.session.execute(statement)]


def card_by_period(customer_id: int, period_id: int) -> tuple[CardPeriod, Card]:
    """A customer's card of a period. Errors: ``NotFound``, also when the user may not see the customer."""
    period = period_by_id(period_id)
    found = db.session.scalars(
        visible(Card).where(Card.customer_id == customer_id, Card.period_id == period_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There are no such cards."))
    return period, found


def current_values(customer_id: int) -> list[tuple[dict[str, Any], Any]]:
    """The figures of today's card that the acting user may see, those of the year so far; a statement each."""
    today = clock.today()
    period = Period(today.replace(month=1, day=1), today)
    offered = figures()
    population = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == customer_id)
    found = []
    for place, entry in visible_figures(manifest(offered)):
        figure = offered[place]
        row = db.session.execute(figure.select(period, population)).first()
        value = row[1] if row is not None else None
        found.append((entry, 0 if value is None and figure.no_rows == "zero" else value))
    return found
