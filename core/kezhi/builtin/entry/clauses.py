"""The clause that this builtin carries out, and what shows that it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """The standard entry form."""
    return [Clause("CUS-14", _l("New customers are entered in one form and count once their manager confirmed them"))]


def evidence() -> list[Any]:
    """Nobody counts who was sent for confirmation and is not confirmed."""
    from ..policy.contributions import ClauseEvidence, Records

    return [
        ClauseEvidence(
            "CUS-14",
            _l("No new customer has a code without the confirmation it was sent for; nothing waits."),
            ask=_ask,
            says=_says,
            late=lambda count: _l("%(count)s with a code and without a confirmation", count=count),
            records=Records("entry.index"),
            responsible=_l("the managers of the departments in charge"),
        )
    ]


def _ask(_today: date) -> Any:
    from ..policy.contributions import Ask
    from .checks import unconfirmed
    from .models import CONFIRMED, WAITING, State, Submission

    confirmed = Submission.state == CONFIRMED
    return Ask(
        records=select(func.count()).select_from(State).where(State.state == CONFIRMED),
        latest=select(func.max(Submission.closed_at)).where(confirmed),
        breaches=select(func.count()).select_from(unconfirmed().subquery()),
        waiting=select(func.count()).select_from(State).where(State.state == WAITING),
    )


def _says(found: Any) -> Any:
    from ..customers.services.confirmation import needs_confirmation

    if not needs_confirmation() and not found.records:
        return _l("the company runs without this confirmation")
    return _l("%(count)s customers confirmed", count=found.records or 0)
