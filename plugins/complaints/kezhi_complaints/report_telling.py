"""Who is told of reports, and whose duty a draft is (CMP-20, TSK-01, TSK-02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from flask import current_app, url_for
from sqlalchemy import select

from kezhi import can, clock, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import users_with_role
from kezhi.builtin.calendar.services import add_workdays
from kezhi.i18n import lazy_pgettext

from .models import DRAFT_REPORT, Report
from .report_access import SEE_REPORTS
from .services.report_months import later

TO_WRITE, TO_READ, DUTY = "complaints.report_draft", "complaints.report_signed", "complaints.report_duty"
WRITER = "customer-service-manager"
DUE_ON = 5  #: the working day of the month by whose end the report is put up for signature


def report_notice_kinds() -> list[Any]:
    """The notices about reports."""
    from kezhi.builtin.tasks.contributions import NoticeKind

    return [
        NoticeKind(TO_WRITE, _l("A complaint report is drafted"), page_of, "bar-chart", model=Report,
                   permission=SEE_REPORTS),
        NoticeKind(TO_READ, _l("A complaint report is signed"), page_of, "bar-chart", model=Report,
                   permission=SEE_REPORTS, mail="now"),
    ]  # fmt: skip


def report_task_kinds() -> list[Any]:
    """One duty per draft."""
    from kezhi.builtin.tasks.contributions import TaskKind

    return [
        TaskKind(DUTY, lazy_pgettext("report", "Write the complaint report and put it up for signature"), page=page_of,
                 icon="bar-chart", clause="CMP-20", duties=duties),
    ]  # fmt: skip


def page_of(reference: str) -> str:
    """The page of a report, for who may see it."""
    return url_for("complaints.report", report_id=int(reference)) if can(SEE_REPORTS) else ""


def duties() -> Sequence[Any]:
    """Each draft is the duty of the customer-service manager."""
    from kezhi.builtin.tasks.contributions import Occasion

    drafts = db.session.execute(select(Report.id, Report.month).where(Report.state == DRAFT_REPORT)).all()
    writers = [account.id for account in users_with_role(WRITER)] if drafts else []
    return [
        Occasion(f"{row.month:%Y-%m}", due_at(row.month), min(writers, default=None), subject=f"{row.month:%Y-%m}",
                 reference=str(row.id))
        for row in drafts
    ]  # fmt: skip


def due_at(month: date) -> datetime:
    """The end of the working day by which the report on a month is put up for signature."""
    last = add_workdays(date.fromordinal(later(month, 1).toordinal() - 1), DUE_ON)
    return datetime.combine(last, time(18), clock.company_zone()).astimezone(UTC)


def tell_draft(report: Report) -> int:
    """Whoever writes it; how many."""
    text = _l("The complaint report on %(month)s is drafted: look at it and sign it off", month=f"{report.month:%Y-%m}")
    return _tell(TO_WRITE, [account.id for account in users_with_role(WRITER)], text, report)


def tell_signed(report: Report) -> int:
    """Those whom the writer chose; how many."""
    text = _l("The complaint report on %(month)s is signed", month=f"{report.month:%Y-%m}")
    return _tell(TO_READ, report.recipients, text, report)


def _tell(kind: str, people: Sequence[int], text: Any, report: Report) -> int:
    if "tasks" not in current_app.extensions["kezhi"].plugins:
        return 0
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify

    return notify(kind, people, text, About(f"{report.month:%Y-%m}", str(report.id), report.id))
