"""The feedback register: its list, one entry, and everything that is done about it (CMP-05)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, can, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..access import READ, REGISTER
from ..feedback_pages import customer_of, feedback_list, feedback_page
from ..forms import FeedbackForm, OnForm, ProgressForm, ResultForm
from ..forms.fields import Difference
from ..models import OPEN, Feedback
from .registering import read_version


@requires(READ)
def index() -> Any:
    """The feedback that the user sees."""
    return feedback_list().respond("complaints/feedbacks.html", can_register=can(REGISTER))


@requires(READ)
def show(feedback_id: int) -> Any:
    """One entry of the register."""
    return _show(feedback_id)


@requires(REGISTER)
def new() -> Any:
    """Write down what a customer said."""
    form = FeedbackForm()
    form.prepare()
    if request.method == "GET":
        form.customer.data = request.args.get("customer", "")
    elif form.validate_on_submit():
        try:
            values = form.values()
            feedback_id = int(submit_once(form.key, lambda: services.add_feedback(values).id))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            number = services.feedback_by_id(feedback_id).number
            return _done(feedback_id, _("Feedback %(number)s is registered.", number=number))
    return _form(form, None, [])


@requires(READ)
def edit(feedback_id: int) -> Any:
    """Change what was written down, who deals with it, or the deadline."""
    feedback = _mine(feedback_id)
    form, found = FeedbackForm(), list[Difference]()
    form.prepare(feedback)
    if request.method == "GET":
        form.fill(feedback, customer_of(feedback)[1])
    elif form.validate_on_submit():
        version = read_version(form.version.data)
        try:
            values = form.values()
            if feedback.customer_id is not None and customer_of(feedback)[0] is None:
                values.pop("customer_id")  # who does not see the customer changes nothing about that
            submit_once(form.key, lambda: services.change_feedback(feedback_id, version, values).id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            feedback = services.feedback_by_id(feedback_id)
            found = form.meet(feedback, customer_of(feedback)[1])
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return _done(feedback_id, _("The feedback is saved."))
    return _form(form, services.feedback_by_id(feedback_id), found)


@requires(READ)
def progress(feedback_id: int) -> Any:
    """Say what was done."""
    _mine(feedback_id)
    form = ProgressForm()
    text = form.note.data or ""
    if _sent(form, lambda: services.add_progress(feedback_id, text).id):
        return _done(feedback_id, _("It is written down."))
    return _show(feedback_id, progress=form)


@requires(READ)
def result(feedback_id: int) -> Any:
    """The customer was told the result."""
    _mine(feedback_id)
    form = ResultForm()
    version, told, analysis = read_version(form.version.data), form.told.data or "", form.analysis.data or ""
    if _sent(form, lambda: services.tell_result(feedback_id, version, told, analysis).id):
        return _done(feedback_id, _("The feedback is finished."))
    return _show(feedback_id, result=form)


@requires(REGISTER)
def go_on(feedback_id: int) -> Any:
    """Feedback goes on as a complaint."""
    _mine(feedback_id)
    form = OnForm()
    form.prepare()
    version = read_version(form.version.data)
    channel = form.channel.data or 0
    if _sent(form, lambda: services.go_on(feedback_id, version, channel).id):
        complaint_id = services.feedback_by_id(feedback_id).complaint_id
        flash(_("It goes on as a complaint: look at its kind, and at what is still missing."), "success")
        return redirect(url_for("complaints.show", complaint_id=complaint_id))
    return _show(feedback_id, on=form)


def _mine(feedback_id: int) -> Feedback:
    feedback = services.feedback_by_id(feedback_id)
    if not services.may_work_on(feedback):
        raise NotFound(_("There is no such feedback."))
    return feedback


def _sent(form: Any, effect: Callable[[], object]) -> bool:
    if not form.validate_on_submit():
        return False
    try:
        submit_once(form.key, effect)
    except Refused as refused:
        fill_errors(form, refused)
        return False
    return True


def _done(feedback_id: int, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for("complaints.feedback", feedback_id=feedback_id))


def _show(feedback_id: int, **forms: Any) -> tuple[str, int]:
    feedback = services.feedback_by_id(feedback_id)
    if not forms.get("on"):
        forms["on"] = OnForm(formdata=None)
        forms["on"].prepare()
    forms = {"progress": ProgressForm(formdata=None), "result": ResultForm(formdata=None)} | forms
    if feedback.state == OPEN:  # a conflict is told, and what was typed meets the entry as it is now
        forms["result"].version.data = forms["on"].version.data = str(feedback.version)
    page = render_template("complaints/feedback.html", forms=forms, **feedback_page(feedback))
    wrong = any(form.errors or form.form_errors for form in forms.values())
    return page, 422 if wrong else 200


def _form(form: FeedbackForm, feedback: Feedback | None, differences: list[Difference]) -> tuple[str, int]:
    page = render_template("complaints/feedback_form.html", form=form, feedback=feedback, differences=differences)
    return page, 422 if form.errors or form.form_errors else 200
