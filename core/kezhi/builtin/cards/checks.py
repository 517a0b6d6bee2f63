"""What must always be true of frozen cards."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import Card, CardPeriod


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [Check("cards.counts", _l("A frozen period has no more cards than it had when it was frozen"), counts)]


def counts(session: Session) -> Sequence[Finding]:
    """Periods with more cards than were frozen: customers may go, cards never come. Counted along an index."""
    cards = select(func.count(Card.id)).where(Card.period_id == CardPeriod.id).correlate(CardPeriod).scalar_subquery()
    statement = select(CardPeriod.rhythm, CardPeriod.start, CardPeriod.count, cards).where(
        CardPeriod.taken_at.is_not(None), cards > CardPeriod.count
    )
    return [
        Finding(_("%(rhythm)s %(start)s: %(count)s cards were frozen, %(now)s are there.",
                  rhythm=rhythm, start=start, count=count, now=now))
        for rhythm, start, count, now in session.execute(statement)
    ]  # fmt: skip
