"""What the monthly report does by itself: it is drafted, and once it is signed it is filed and sent (CMP-20)."""

from __future__ import annotations

import logging

from flask import current_app
from sqlalchemy import select

import kezhi
from kezhi import Job, Refused, acting_as, clock, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import user_named
from kezhi.db import end_reading

from .models import SIGNED, Report
from .report_telling import tell_draft, tell_signed
from .services.report_signing import ARCHIVE
from .services.reports import draft, due_months

log = logging.getLogger("kezhi.complaints")
DOCUMENT = "complaints.report"


def report_jobs() -> list[Job]:
    """Every morning: on the first working day there is a month without a report."""
    return [
        Job("complaints.report", _l("Draft the monthly complaint report"), draft_reports, schedule="10 6 * * *"),
        Job(ARCHIVE, _l("File and send a signed complaint report"), file_report),
    ]


def draft_reports(task: kezhi.Task) -> None:
    """Draft what is due: also months that were missed. A month has one report, however many workers look."""
    months = due_months(clock.today())
    end_reading()
    with task.effect():
        for month in months:
            report = draft(month)
            if report is not None:
                tell_draft(report)


def file_report(task: kezhi.Task) -> None:
    """Number and keep the document as who put it up, then tell the recipients, each once."""
    mine = select(Report).where(Report.id == int(task.payload.get("report", 0)), Report.state == SIGNED)
    signed = db.session.scalars(mine).one_or_none()
    found = (signed.id, signed.submitted_by) if signed is not None else None
    end_reading()
    if found is not None:
        _file(*found)
    with task.effect():
        report = db.session.scalars(mine.with_for_update()).one_or_none()
        if report is not None and report.sent_at is None:
            report.sent_at = clock.now()
            db.session.flush()
            tell_signed(report)


def _file(report_id: int, login: str) -> None:
    """Where this server cannot make documents it is left to who opens the page."""
    if "documents" not in current_app.extensions["kezhi"].plugins:
        return
    from kezhi.builtin.documents.models import Issue
    from kezhi.builtin.documents.services import issue

    there = select(Issue.id).where(Issue.kind == DOCUMENT, Issue.record_id == report_id, Issue.variant == "").limit(1)
    filed = db.session.scalar(there, execution_options={"kezhi_unscoped": True}) is not None
    end_reading()
    maker = user_named(login)
    end_reading()
    if filed or maker is None:
        return
    try:
        with acting_as(maker):
            issue(DOCUMENT, report_id, "pdf", submission=f"complaints-report-{report_id}")
    except Refused as refused:
        log.warning("the document of the complaint report %s was not made: %s", report_id, refused)
