"""The monthly complaint analysis report: drafted once a month, counted anew, edited, signed, sent (CMP-20)."""

from __future__ import annotations

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, can, clock, currency, db, visible
from kezhi.i18n import _

from ..models import DRAFT_REPORT, NOW, SIGNED, Complaint, Report
from ..report_access import WRITE_REPORT
from .report_figures import counted
from .report_labels import actions_of, labels_of
from .report_months import first_workday, later, month_of
from .report_rows import REPORTS, freeze

COMPLAINTS: Any = Complaint.__table__
#: so many months back a report that was not drafted in its time still is
MOST_MISSED = 12
LONGEST_TEXT = 4000
TEXTS = ("findings", "measures")


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def report_by_id(report_id: int) -> Report:
    """A report. Errors: ``NotFound``, also for who may not see reports."""
    found: Report | None = db.session.scalars(visible(Report).where(Report.id == report_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such report."))
    return found


def due_months(today: date) -> list[date]:
    """The months that are to have a report by now and have none, the earliest first.

    A month is due from the first working day after it. Those before the first complaint, and before the first report
    but for the last month, are not.
    """
    last = later(month_of(today), -1 if today >= first_workday(month_of(today)) else -2)
    first, newest = db.session.execute(
        select(
            select(func.min(COMPLAINTS.c.received_at)).scalar_subquery(),
            select(func.max(REPORTS.c.month)).where(REPORTS.c.month <= last).scalar_subquery(),
        ),
        execution_options={"kezhi_unscoped": True},
    ).one()
    if first is None:
        return []
    begin = max(later(newest, 1) if newest is not None else last, later(last, 1 - MOST_MISSED))
    begin = max(begin, month_of(clock.local(first).date()))
    found = []
    while begin <= last:
        found.append(begin)
        begin = later(begin, 1)
    return found


def undrafted() -> list[date]:
    """The months that are over and have no report, from the first complaint on, the latest first; at most a year."""
    last = later(month_of(clock.today()), -1)
    options = {"kezhi_unscoped": True}
    first = db.session.scalar(select(func.min(COMPLAINTS.c.received_at)), execution_options=options)
    if first is None:
        return []
    begin = max(month_of(clock.local(first).date()), later(last, 1 - MOST_MISSED))
    there = set(db.session.scalars(select(REPORTS.c.month).where(REPORTS.c.month >= begin)))
    months = [later(last, -back) for back in range(MOST_MISSED)]
    return [month for month in months if month >= begin and month not in there]


# ── drafting and counting ───────────────────────────────────────────────────────────────────────────────────────


def draft(month: date) -> Report | None:
    """Draft the report on a month that is over; None where it is there already. Inside ``writing()``.

    However many workers try, one draft is made: the month is unique. Errors: ``Refused`` for a month that goes on.
    """
    if later(month, 1) > clock.today():
        raise Refused(_("This month is not over yet."))
    now = clock.now()
    values = {
        "month": month, "state": DRAFT_REPORT, "currency": currency(), "received": 0, "handled": 0, "figures": {},
        "labels": {}, "counted_at": now, "findings": "", "measures": "", "recipients": [], "made_at": now,
        "edited_by": "", "submitted_by": "", "digest": "", "signers": [], "version": 1,
    }  # fmt: skip
    try:
        with db.session.begin_nested():
            made = db.session.execute(insert(REPORTS).values(values).returning(REPORTS.c.id)).scalar_one()
    except IntegrityError:
        return None
    report = db.session.get_one(Report, made)
    _count(report, now)
    announce(Report, "create", [report.id])
    audit_record("complaint.report_draft", "complaint_report", report.id, month=f"{month:%Y-%m}",
                 received=report.received)  # fmt: skip
    return report


def recount(report_id: int, version: int) -> Report:
    """Count a draft anew, by what is on record now. Errors: ``NotFound``, ``Conflict`` when it is no draft any more."""
    report = draft_of(report_id, version)
    _count(report, clock.now())
    report.version += 1
    db.session.flush()
    announce(Report, "update", [report.id])
    audit_record("complaint.report_count", "complaint_report", report.id, received=report.received)
    return report


def _count(report: Report, at: datetime) -> None:
    report.counted_at, report.currency = at, currency()
    db.session.flush()
    signed = select(REPORTS.c.month, REPORTS.c.id).where(
        REPORTS.c.state == SIGNED, REPORTS.c.month.in_([later(report.month, -1), later(report.month, -12)])
    )
    there = {row.month: row.id for row in db.session.execute(signed)}
    freeze(report, there.get(later(report.month, -1)), there.get(later(report.month, -12)))
    figures = counted(report.id)
    figures["actions"] = actions_of(at)
    report.figures, report.labels = figures, labels_of(report.id, figures)
    totals = figures["totals"][NOW]
    report.received, report.handled = totals["received"], totals["handled"]
    db.session.flush()


# ── the text ────────────────────────────────────────────────────────────────────────────────────────────────────


def edit(report_id: int, version: int, values: dict[str, str]) -> Report:
    """Write what was found, and what is done about it. Errors: ``NotFound``, ``Conflict``, ``Refused``."""
    report = draft_of(report_id, version)
    for name in TEXTS:
        text = values.get(name, "").strip()
        if len(text) > LONGEST_TEXT:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field=name)
        setattr(report, name, text)
    report.edited_at, report.edited_by, report.version = clock.now(), acting_user().login, report.version + 1
    db.session.flush()
    announce(Report, "update", [report.id])
    audit_record("complaint.report_edit", "complaint_report", report.id)
    return report


def may_write(report: Report) -> bool:
    """Whether the acting person can count, edit and submit it now."""
    return report.state == DRAFT_REPORT and can(WRITE_REPORT)


def draft_of(report_id: int, version: int) -> Report:
    report = report_by_id(report_id)
    if not can(WRITE_REPORT):
        raise NotFound(_("There is no such report."))
    db.session.refresh(report, with_for_update=True)
    if report.state != DRAFT_REPORT:
        raise Conflict(_("This report is no draft any more: it stays as it is being signed."))
    if report.version != version:
        raise Conflict(_("Somebody else changed this report after you opened it. Look at it again before you save."))
    return report


def digest_of(report: Report) -> str:
    """SHA-256 over what is signed: the figures, what they are called, and the text."""
    signed = [f"{report.month:%Y-%m}", report.currency, report.counted_at.isoformat(), report.figures, report.labels,
              report.findings, report.measures]  # fmt: skip
    return sha256(json.dumps(signed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
