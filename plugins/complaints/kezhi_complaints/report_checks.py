"""Invariants of the monthly reports, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import DRAFT_REPORT, NOW, Report
from .services.report_rows import REPORTS, ROWS
from .services.reports import digest_of


def report_checks() -> list[Check]:
    """Reports say what they said when they were signed, and what their rows say."""
    return [
        Check("complaints.report_digest", _l("Signed complaint reports are what was signed"), _digests),
        Check("complaints.report_rows", _l("The figures of complaint reports are those of their complaints"), _rows),
    ]


def _digests(session: Session) -> Sequence[Finding]:
    signed = session.scalars(
        select(Report).where(Report.state != DRAFT_REPORT).order_by(Report.month),
        execution_options={"kezhi_unscoped": True},
    )
    return [
        Finding(_("The complaint report on %(month)s is not what was signed: it was changed in the database.",
                  month=f"{report.month:%Y-%m}"))
        for report in signed
        if digest_of(report) != report.digest
    ]  # fmt: skip


def _rows(session: Session) -> Sequence[Finding]:
    counted = (
        select(ROWS.c.report_id, func.count().label("number"))
        .where(ROWS.c.period == NOW, ROWS.c.received)
        .group_by(ROWS.c.report_id)
        .subquery("counted")
    )
    wrong = session.execute(
        select(REPORTS.c.month)
        .outerjoin(counted, counted.c.report_id == REPORTS.c.id)
        .where(func.coalesce(counted.c.number, 0) != REPORTS.c.received)
        .order_by(REPORTS.c.month)
    )
    return [
        Finding(_("The complaint report on %(month)s counts other complaints than it keeps.",
                  month=f"{row.month:%Y-%m}"))
        for row in wrong
    ]  # fmt: skip
