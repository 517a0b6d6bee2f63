"""What shows that the board itself is kept: it is recorded every day (PER-01)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l

from .contributions import Ask, ClauseEvidence
from .models import Stretch


def evidence() -> list[ClauseEvidence]:
    """The board is recorded every day."""
    return [
        ClauseEvidence(
            "PER-01",
            _l("The states of all clauses were recorded today or yesterday."),
            ask=_ask,
            says=lambda found: _l("Clauses recorded: %(count)s", count=found.records or 0),
            needed=1,
            responsible=_l("the system"),
        )
    ]


def _ask(today: date) -> Ask:
    fresh = Stretch.last_on >= today - timedelta(days=1)
    return Ask(
        records=select(func.count(Stretch.line.distinct())).where(fresh), latest=select(func.max(Stretch.last_on))
    )
