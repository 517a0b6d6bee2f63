"""What shows that customer data is looked after, for the policy board (CUS-12)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Text, cast, func, or_, select

from kezhi import clock
from kezhi import lazy_gettext as _l

from ..policy.contributions import Ask, ClauseEvidence, Found, Records
from .models import Finding, Officer, Procedure, SecurityCheck
from .services import checking


def protection_evidence() -> list[ClauseEvidence]:
    """The person, the procedures, the check, and what it found."""
    clause = "CUS-12"
    return [
        ClauseEvidence(
            clause,
            _l("Somebody is named today."),
            ask=_officer,
            key="officer",
            title=_l("Data-protection person"),
            says=lambda found: _l("named") if found.records else _l("nobody is named"),
            needed=1,
            records=Records("upkeep.protection"),
            responsible=_l("management"),
        ),
        ClauseEvidence(
            clause,
            _l("A version of the procedures is in force."),
            ask=_procedures,
            key="procedures",
            title=_l("Procedures for handling customer data"),
            says=lambda found: _l("version %(number)s", number=found.label) if found.label else _l("none"),
            needed=1,
            records=Records("upkeep.protection"),
            responsible=_l("data-protection person"),
        ),
        ClauseEvidence(
            clause,
            _l("The check of the last period was done, and the present one by its due day."),
            ask=_checks,
            key="checks",
            title=_l("Security check"),
            says=_says_checks,
            records=Records("upkeep.checks"),
            responsible=_l("data-protection person"),
        ),
        ClauseEvidence(
            clause,
            _l("No finding of a security check is open past its day."),
            ask=_findings,
            key="findings",
            title=_l("Findings of security checks"),
            says=lambda found: _l("%(count)s of %(all)s put right", count=found.records or 0, all=found.of or 0),
            records=Records("upkeep.findings"),
            breaches=Records("upkeep.findings", {"f.state": "late"}),
            responsible=_l("owners of the findings"),
        ),
    ]


def _officer(today: date) -> Ask:
    named = select(func.count()).select_from(Officer)
    return Ask(
        records=named.where(Officer.from_on <= today, or_(Officer.to_on.is_(None), Officer.to_on >= today)),
        latest=select(func.max(Officer.from_on)).where(Officer.from_on <= today),
    )


def _procedures(today: date) -> Ask:
    there = Procedure.in_force_on <= today
    return Ask(
        records=select(func.count()).select_from(Procedure).where(there),
        latest=select(func.max(Procedure.in_force_on)).where(there),
        label=select(cast(func.max(Procedure.number), Text)).where(there),
    )


def _checks(today: date) -> Ask:
    missed, done = checking.missed(), checking.done_in_present()
    _span, due = checking.present_span()
    late = int(missed is not None or (not done and today > due))
    ended = select(func.count()).select_from(SecurityCheck).where(SecurityCheck.done_at.is_not(None))
    return Ask(
        records=ended,
        latest=select(func.max(SecurityCheck.done_at)),
        breaches=late,
        waiting=0 if done or late else 1,
    )


def _says_checks(found: Found) -> Any:
    return _l("%(count)s checks on record", count=found.records or 0)


def _findings(today: date) -> Ask:
    count = select(func.count()).select_from(Finding)
    return Ask(
        records=count.where(Finding.closed_at.is_not(None)),
        latest=select(func.max(Finding.closed_at)),
        breaches=count.where(Finding.closed_at.is_(None), Finding.due_on < clock.today()),
        waiting=count.where(Finding.closed_at.is_(None), Finding.due_on >= clock.today()),
        of=count,
    )
