"""What shows that the clauses of this builtin are kept, for the policy board (PER-01)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..policy.contributions import Ask, ClauseEvidence, Found, Records
from .columns import STATE
from .copying import COMPLETE, COPIES, MISSING, has_state, institutional, missing
from .models import BaseCopy, Guidance, MarketNote
from .periods import following_month
from .protection_evidence import protection_evidence
from .services.owed import debtors, open_months
from .standing import OVERDUE, Rule, verifications


def evidence() -> list[ClauseEvidence]:
    """One entry for each obligation."""
    return [
        ClauseEvidence(
            "CUS-07",
            _l("No customer file is past the last workday of a quarter without having been verified since."),
            ask=_verified,
            key="verification",
            title=_l("Verification of customer files"),
            says=_says_verified,
            records=Records("customers.index", {f"f.{STATE}": "verified"}),
            breaches=Records("customers.index", {f"f.{STATE}": OVERDUE}),
            responsible=_l("owners of the files"),
        ),
        ClauseEvidence(
            "CUS-07",
            _l("Every salesperson handed in the note about the month before by the first Monday."),
            ask=_notes,
            key="notes",
            title=_l("Competitive-environment notes"),
            says=lambda found: _l(
                "%(count)s of %(all)s notes about last month", count=found.records or 0, all=found.of or 0
            ),
            records=Records("upkeep.notes"),
            breaches=Records("upkeep.notes_owed"),
            responsible=_l("salespeople"),
        ),
        *protection_evidence(),
        ClauseEvidence(
            "CUS-16",
            _l("Both copies of the base file of every institutional customer are on record."),
            ask=_copies,
            key="copies",
            title=_l("Copies of base files"),
            says=lambda found: _l(
                "both copies of %(count)s of %(all)s files", count=found.records or 0, all=found.of or 0
            ),
            records=Records("customers.index", {f"f.{COPIES}": "complete"}),
            breaches=Records("customers.index", {f"f.{COPIES}": list(MISSING)}),
            responsible=_l("customer service and information department"),
        ),
        ClauseEvidence(
            "CUS-16",
            _l("The manager recorded supervision or guidance within the last three months."),
            ask=_guidance,
            key="guidance",
            title=_l("Supervision and guidance"),
            says=lambda found: _l("%(count)s entries within three months", count=found.records or 0),
            needed=1,
            records=Records("upkeep.guidance"),
            responsible=_l("customer-service manager"),
        ),
    ]


def _copies(today: date) -> Ask:
    return Ask(
        records=_files(has_state(COMPLETE)),
        latest=select(func.max(BaseCopy.changed_at)),
        breaches=_files(missing()),
        of=_files(institutional()),
    )


def _guidance(today: date) -> Ask:
    since = following_month(today.replace(day=1), -3)
    count = select(func.count()).select_from(Guidance).where(Guidance.on_day >= since)
    return Ask(records=count, latest=select(func.max(Guidance.on_day)))


def _notes(today: date) -> Ask:
    owed = debtors(open_months(today)[:1])
    people = [each for those in owed.values() for each in those]
    missing = [each for each in people if each.handed_in_at is None]
    late = sum(each.is_late for each in missing)
    return Ask(
        records=len(people) - len(missing),
        latest=select(func.max(MarketNote.handed_in_at)),
        breaches=late,
        waiting=len(missing) - late,
        of=len(people),
    )


def _files(condition: Any = None) -> Any:
    statement = select(func.count()).select_from(Customer)
    return statement if condition is None else statement.where(condition)


def _verified(today: date) -> Ask:
    rule = Rule()
    return Ask(
        records=_files(rule.verified()),
        latest=select(func.max(verifications.at)),
        breaches=_files(rule.overdue()),
        waiting=_files(rule.has("due")),
        of=_files(),
    )


def _says_verified(found: Found) -> Any:
    return _l("%(count)s of %(all)s files verified this quarter", count=found.records or 0, all=found.of or 0)
