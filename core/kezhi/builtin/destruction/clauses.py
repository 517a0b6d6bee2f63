"""The clause that this builtin carries out, and what shows that it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Retirement and destruction."""
    return [Clause("CUS-10", _l("Data no longer needed is destroyed after three approvals, and the register says so"))]


def evidence() -> list[Any]:
    """Nothing was destroyed without three signatures, and what was signed is carried out."""
    from ..policy.contributions import ClauseEvidence, Records

    return [
        ClauseEvidence(
            "CUS-10",
            _l("Nothing was destroyed without its three signatures, and what was signed was carried out within a day."),
            ask=_ask,
            says=lambda found: _l("%(count)s destructions on record", count=found.records or 0),
            late=lambda count: _l("%(count)s unsigned, or signed and not carried out", count=count),
            records=Records("destruction.index"),
            responsible=_l("customer-information officer"),
        )
    ]


def _ask(_today: date) -> Any:
    from ..policy.contributions import Ask
    from .checks import stuck, unsigned
    from .models import DONE, WAITING, Proposal

    row = Proposal.__table__.c
    return Ask(
        records=select(func.count()).select_from(Proposal.__table__).where(row.state == DONE),
        latest=select(func.max(row.done_at)),
        label=select(row.number).where(row.state == DONE).order_by(row.done_at.desc(), row.id.desc()).limit(1),
        breaches=select(unsigned().scalar_subquery() + stuck().scalar_subquery()),
        waiting=select(func.count()).select_from(Proposal.__table__).where(row.state == WAITING),
    )
