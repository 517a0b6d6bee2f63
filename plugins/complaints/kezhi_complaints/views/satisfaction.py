"""The question after closing: the public page behind its one-time link, and what the desk does about it (CMP-15)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from flask import abort, make_response, render_template, request, url_for

from kezhi import SYSTEM, NotFound, Refused, acting_as, public, requires, setting, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..access import HANDLE, READ
from ..forms.handling import VersionForm
from ..forms.remedies import ReasonForm, SatisfactionForm
from ..services import satisfaction as policy
from ..services.finding import complaint_by_id
from ..services.public import count_use
from .remedies import back, carried_out, not_now, page

PAGE = "satisfaction:"  #: what this public page counts its sendings under


@public
def answer(token: str) -> Any:
    """The question. A link that never was, was used, has ended or has expired answers like any page that is not."""
    form, thanked, number = SatisfactionForm(), False, ""
    try:
        if form.validate_on_submit():
            number, thanked = _answered(token, form), True
        else:
            number = policy.question_of(token)
    except NotFound:
        abort(404)
    except Refused as refused:
        number = _still(token)
        fill_errors(form, refused)
    shown = render_template("complaints/satisfaction.html", form=form, number=number, thanked=thanked)
    reply = make_response(shown, 422 if form.errors or form.form_errors else 200)
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["X-Robots-Tag"] = "noindex"
    return reply


def _answered(code: str, form: SatisfactionForm) -> str:
    with acting_as(SYSTEM):  # whoever is logged in here does not sign it
        count_use(request.remote_addr or "", PAGE)
        return submit_once(form.key, lambda: policy.answer_by_link(code, form.score.data or 0, form.comment.data or ""))


def _still(code: str) -> str:
    try:
        return policy.question_of(code)
    except NotFound:
        abort(404)


@requires(HANDLE)
def make_link(complaint_id: int) -> Any:
    """Make the one-time link: it is shown this once, to be sent to the customer."""
    complaint = complaint_by_id(complaint_id)
    if not VersionForm().validate_on_submit():
        return back(complaint_id, _("Nothing was changed."), "satisfaction")
    with writing():
        code = policy.make_question(complaint_id)
    site = str(setting("tasks", "site_address") or "") or request.host_url
    address = urljoin(site, url_for("complaints.satisfaction", token=code))
    days = policy.days_valid().days
    return render_template("complaints/satisfaction_link.html", address=address, complaint=complaint, days=days)


@requires(HANDLE)
def by_phone(complaint_id: int) -> Any:
    """Write down what the customer said on the telephone."""
    complaint = complaint_by_id(complaint_id)
    if not policy.may_ask_after(complaint):
        return not_now(complaint_id, _("Customer service asks once, when the complaint is closed."))
    form = SatisfactionForm()
    if form.validate_on_submit() and carried_out(
        form, lambda: policy.record_by_phone(complaint_id, form.score.data or 0, form.comment.data or "").id
    ):
        return back(complaint_id, _("The answer is on record."), "satisfaction")
    return page(complaint, form, _("Asked by phone"), _("Put on record"))


@requires(READ)
def pass_up(complaint_id: int, satisfaction_id: int) -> Any:
    """The next leader above decides."""
    return _settle(complaint_id, satisfaction_id, policy.pass_up, _("Escalate: the next leader above decides"))


@requires(READ)
def leave_closed(complaint_id: int, satisfaction_id: int) -> Any:
    """It stays closed, and why."""
    return _settle(complaint_id, satisfaction_id, policy.leave_closed, _("Leave the complaint closed"))


def _settle(complaint_id: int, satisfaction_id: int, effect: Any, title: str) -> Any:
    complaint = complaint_by_id(complaint_id)
    asked = policy.to_decide(complaint)
    form = ReasonForm()
    if form.validate_on_submit() and carried_out(
        form, lambda: effect(satisfaction_id, complaint_id, form.note.data or "").id
    ):
        return back(complaint_id, _("The decision is on record."), "satisfaction")
    if asked is None or asked.id != satisfaction_id:
        return not_now(complaint_id, _("There is nothing of yours to decide here."))
    return page(complaint, form, title, _("Put on record"), asked.comment)
