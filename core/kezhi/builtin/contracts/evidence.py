"""What shows that the register of contracts is kept, for the policy board (CUS-13)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l

from .columns import OVER
from .duties import reminds, undecided
from .models import Contract
from .states import sql_in_force

TABLE: Any = Contract.__table__


def evidence() -> list[Any]:
    """No contract ran out unnoticed."""
    from ..policy.contributions import ClauseEvidence, Records

    return [
        ClauseEvidence(
            "CUS-13",
            _l("No contract of the register ran out without being renewed, ended, or knowingly let go."),
            ask=_ask,
            says=lambda found: _l("%(count)s of %(of)s contracts in force", count=found.records, of=found.of),
            late=lambda count: _l("%(count)s over, nothing decided", count=count),
            records=Records("contracts.index", {"f.state": "in_force"}),
            breaches=Records("contracts.index", {"f.last_day": OVER}),
            responsible=_l("who is responsible for the customer"),
        )
    ]


def _ask(today: date) -> Any:
    from ..policy.contributions import Ask

    def count(*conditions: Any) -> Any:
        return select(func.count()).select_from(TABLE).where(*conditions)

    in_force = sql_in_force(today)
    newest = select(TABLE.c.number).order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc()).limit(1)
    return Ask(
        records=count(in_force),
        of=count(),
        latest=select(func.max(TABLE.c.created_at)),
        label=newest,
        breaches=count(undecided()),
        waiting=count(reminds(), TABLE.c.valid_to >= today),
    )
