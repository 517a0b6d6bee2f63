"""What shows that reports are kept as issued (CUS-15)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l

from ..policy.contributions import Ask, ClauseEvidence, Records
from .models import Issue


def evidence() -> list[ClauseEvidence]:
    """Issued documents have a number, a holder and their file."""
    return [
        ClauseEvidence(
            "CUS-15",
            _l("Every issued document has a holder, and its file is kept until the day that was set."),
            ask=_ask,
            key="documents",
            title=_l("Reports are kept as issued: numbered, with holder and retention"),
            says=lambda found: _l("Documents issued: %(count)s", count=found.records or 0),
            records=Records("documents.index"),
            responsible=_l("Who issues"),
        )
    ]


def _ask(today: date) -> Ask:
    issues = select(func.count(Issue.id))
    lost = Issue.file_id.is_(None) & (Issue.keep_until >= today) & Issue.customer_id.is_not(None)
    return Ask(
        records=issues,
        latest=select(func.max(Issue.issued_at)),
        label=select(Issue.number).order_by(Issue.id.desc()).limit(1),
        breaches=issues.where((Issue.holder == "") | lost),
    )
