"""A report is put up for signature, signed, and goes out (CMP-20). Nobody signs twice: approvals see to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import true

from kezhi import Refused, acting_user, announce, audit_record, clock, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import load_users
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.services import present_signatures, propose
from kezhi.i18n import _
from kezhi.jobs import enqueue

from ..models import BEFORE, DRAFT_REPORT, IN_SIGNING, NOW, SIGNED, YEAR, Report
from ..report_access import SEE_REPORTS
from .reports import digest_of, draft_of

if TYPE_CHECKING:
    from kezhi.builtin.approvals.models import Request

KIND = "complaints.report"
ARCHIVE = "complaints.report_archive"  #: the job that files and sends what was signed
STEPS = (
    Step({"zh": "审核", "en": "Review"}, role="deputy-general-manager"),
    Step({"zh": "批准", "en": "Approval"}, role="general-manager"),
)


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a signature out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Complaint analysis report"),
        digest=lambda request: digest_of(_report(request)),
        apply=_sign,
        closed=_back,
        address=lambda request: address_of(int(request.reference)),
        steps=lambda: STEPS,
    )


def address_of(report_id: int) -> str:
    """The page of a report; jobs have no request from which to build it."""
    return f"/complaints/reports/{report_id}"


def possible_recipients() -> list[tuple[int, str]]:
    """Everybody who may see reports, by name."""
    people = load_users(Account.active == true())
    return [(user.id, user.name) for user in people if user.id is not None and user.can(SEE_REPORTS)]


def submit(report_id: int, version: int, recipients: Collection[int]) -> Report:
    """Put a draft up for signature in the acting person's name. Inside ``writing()``.

    ``recipients`` are told once it is signed. Errors: ``NotFound``, ``Conflict``, ``Refused`` with the field: a report
    without findings says nothing.
    """
    report = draft_of(report_id, version)
    if not report.findings:
        raise Refused(_("Write down what the figures show before you put the report up for signature."))
    known = dict(possible_recipients())
    if not set(recipients) <= set(known):
        raise Refused(_("Choose people who may see the report."), field="recipients")
    report.recipients = sorted(set(recipients))
    report.state, report.version = IN_SIGNING, report.version + 1
    report.submitted_by, report.submitted_at = acting_user().login, clock.now()
    report.digest = digest_of(report)
    db.session.flush()
    report.request_id = propose(_proposal(report)).id
    db.session.flush()
    announce(Report, "update", [report.id])
    audit_record("complaint.report_submit", "complaint_report", report.id, digest=report.digest,
                 request=report.request_id)  # fmt: skip
    return report


def _proposal(report: Report) -> Proposal:
    """Figures side by side, and the text: what the signers have to look at."""
    totals = report.figures["totals"]
    words = {
        "received": ("收到", "Received"), "handled": ("办结", "Brought to an end"), "valid": ("有效", "Valid"),
        "judged": ("已判定", "Judged"), "answer_missed": ("首次答复超时", "First answer late"),
        "resolve_missed": ("解决超时", "Result late"),
    }  # fmt: skip
    rows = [
        [{"zh": zh, "en": en}, *(str(totals[period][name]) for period in (NOW, BEFORE, YEAR))]
        for name, (zh, en) in words.items()
    ]
    head = [{"zh": "项目", "en": "Figure"}, {"zh": "本月", "en": "This month"}, {"zh": "上月", "en": "Month before"},
            {"zh": "去年同月", "en": "A year ago"}]  # fmt: skip
    text = "\n\n".join(part for part in (report.findings, report.measures) if part)
    return Proposal(
        KIND, str(report.id),
        {"zh": f"投诉分析报告 {report.month:%Y-%m}", "en": f"Complaint analysis report {report.month:%Y-%m}"},
        report.digest,
        snapshot={"facts": [[{"zh": "月份", "en": "Month"}, f"{report.month:%Y-%m}"]],
                  "table": {"head": head, "rows": rows}, "text": text,
                  "links": [[{"zh": "打开报告", "en": "Open the report"}, address_of(report.id)]]},
    )  # fmt: skip


def _report(request: Request) -> Report:
    options: dict[str, Any] = {"populate_existing": True, "execution_options": {"kezhi_unscoped": True}}
    found: Report | None = db.session.get(Report, int(request.reference), **options)
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _sign(request: Request) -> None:
    """In the last signature's transaction: from now on it stays as it is; filing and sending follow in a job."""
    report = _report(request)
    if report.state != IN_SIGNING or report.digest != request.digest:
        raise Refused(_("This is not the report that was put up for signature; nothing took effect."))
    titles = {step.position: step.title for step in request.steps if step.round == request.round}
    report.signers = [
        {"title": titles.get(position, {}), "name": mark.user_name, "login": mark.user_login,
         "at": mark.at.isoformat(), "opinion": mark.opinion}
        for position, marks in sorted(present_signatures(request).items())
        for mark in marks
        if mark.decision == "approve"
    ]  # fmt: skip
    report.state, report.signed_at, report.version = SIGNED, clock.now(), report.version + 1
    db.session.flush()
    enqueue(ARCHIVE, f"report {report.id}", {"report": report.id})
    announce(Report, "update", [report.id])
    audit_record("complaint.report_sign", "complaint_report", report.id, digest=report.digest)


def _back(request: Request, outcome: str) -> None:
    """Returned, rejected, withdrawn or void: it is a draft again, with its text."""
    report = _report(request)
    report.state, report.version, report.digest = DRAFT_REPORT, report.version + 1, ""
    db.session.flush()
    announce(Report, "update", [report.id])
    audit_record("complaint.report_back", "complaint_report", report.id, outcome=outcome)
