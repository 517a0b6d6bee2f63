"""What shows that the rules of complaints are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .clock_evidence import clock_evidence
from .evidence_handling import handling_evidence
from .evidence_intake import register_evidence
from .models import Complaint
from .remedy_evidence import remedy_evidence
from .report_evidence import report_evidence

COMPLAINTS: Any = Complaint.__table__
SERVICE = _l("Customer service")


def evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CMP-01",
            _l("Every complaint has a number, a name and a phone number unless it is anonymous, and what happened."),
            ask=_registered,
            says=lambda found: _l("Complaints written down: %(count)s", count=found.records or 0),
            records=Records("complaints.index"),
            responsible=SERVICE,
        ),
        *clock_evidence(),
        *register_evidence(),
        *handling_evidence(),
        *remedy_evidence(),
        *report_evidence(),
    ]


def _registered(_today: date) -> Ask:
    return Ask(select(func.count()).select_from(COMPLAINTS))
