"""What shows that the work of those who leave goes over to others (ORG-01)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l

from ..accounts.models import Account, Department
from ..policy.contributions import Ask, ClauseEvidence, Records
from .models import Run


def evidence() -> list[ClauseEvidence]:
    """Hand-overs that were made, and what is left with people who are gone."""
    return [
        ClauseEvidence(
            "ORG-01",
            _l("Nobody who has left still manages a department."),
            key="left",
            title=_l("Hand-over"),
            ask=hand_overs,
            says=lambda found: _l("%(count)s hand-overs are on record", count=found.records or 0),
            records=Records("handover.index"),
            responsible=_l("Administrators"),
        )
    ]


def hand_overs(_today: date) -> Ask:
    """The hand-overs; departments whose manager was deactivated."""
    managed = select(func.count(Department.id)).join(Account, Account.id == Department.manager_id)
    return Ask(
        records=select(func.count(Run.id)),
        latest=select(func.max(Run.at)),
        breaches=managed.where(Account.active.is_(False)),
    )
