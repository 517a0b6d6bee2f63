"""What shows that files are checked before they are written, and that exports are on record (CUS-08)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.tables import audit_entry

from ..policy.contributions import Ask, ClauseEvidence, Records
from .models import APPLIED, APPLYING, LOADING, REVERTING, Batch

EXPORTS = ("list.export", "export.file", "policy.export")


def evidence() -> list[ClauseEvidence]:
    """Imports and exports are two obligations."""
    return [
        ClauseEvidence(
            "CUS-08",
            _l("Every row of a file that was taken over is accounted for, and no import stopped half-way."),
            ask=imports,
            key="imports",
            title=_l("Files are checked row by row before they are written"),
            says=lambda found: _l("Files taken over: %(count)s", count=found.records or 0),
            records=Records("imports.index"),
            responsible=_l("Who imports"),
        ),
        ClauseEvidence(
            "CUS-08",
            _l("Every export of a list is in the audit log."),
            ask=exports,
            key="exports",
            title=_l("An export is itself on record"),
            says=lambda found: _l("Exports on record: %(count)s", count=found.records or 0),
            records=Records("audit.index", {"f.action": "list.export"}),
            responsible=_l("The system"),
        ),
    ]


def imports(_today: date) -> Ask:
    """Applied files; those whose rows do not add up; those that stopped more than a day ago."""
    applied = select(func.count(Batch.id)).where(Batch.state == APPLIED)
    stopped = Batch.state.in_((LOADING, APPLYING, REVERTING))
    return Ask(
        records=applied,
        latest=select(func.max(Batch.touched_at)).where(Batch.state == APPLIED),
        breaches=applied.where(Batch.rows != Batch.created + Batch.updated + Batch.unchanged + Batch.failed),
        waiting=select(func.count(Batch.id)).where(stopped, Batch.touched_at < clock.now() - timedelta(days=1)),
    )


def exports(_today: date) -> Ask:
    """Entries of the audit log."""
    return Ask(records=select(func.count(audit_entry.c.seq)).where(audit_entry.c.action.in_(EXPORTS)))
