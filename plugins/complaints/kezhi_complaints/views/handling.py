"""The steps of a complaint, and the forms on its page. A form that is refused keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, acting_user, requires
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..access import READ
from ..forms.handling import (
    AnswerForm,
    AskForm,
    FindingsForm,
    GuideForm,
    JudgeForm,
    NoteForm,
    StepForm,
    VersionForm,
)
from ..models import ESCALATED, Complaint
from ..remedy_panel import lacks_action
from ..services.actions import actions_of
from ..services.checking import case_of
from ..services.people import leader_name
from ..showing import Forms, complaint_page
from ..steps import STEPS
from .step_files import submit_with_files

#: steps that have a form of their own on the page of the complaint
ON_PAGE = ("judge", "find", "note")


@requires(READ)
def step(complaint_id: int, key: str) -> Any:
    """The form of one step: who takes it on, what was said, and why."""
    complaint = services.complaint_by_id(complaint_id)
    if key in ON_PAGE or key not in STEPS:
        abort(404)
    form = StepForm()
    try:
        found = services.check_step(key, complaint)
    except NotFound:
        abort(404)
    except Refused as refused:
        if request.method == "GET":
            flash(str(refused), "error")
            return redirect(url_for("complaints.show", complaint_id=complaint_id))
        found = STEPS[key]  # made already, or no longer possible: the service says so
    form.prepare(found, complaint, acting_user().id)
    if request.method == "GET":
        form.version.data = complaint.version
    elif form.validate_on_submit() and _done(
        form, lambda: services.take_step(complaint_id, form.seen(), key, form.values()).id
    ):
        return _back(complaint_id, _("“%(step)s” is on record.", step=found.title))
    complaint = services.complaint_by_id(complaint_id)
    _refresh(form, complaint.version)
    leader = leader_name(complaint) if found.event == ESCALATED else None
    warning = _warning(key, complaint)
    page = render_template(
        "complaints/step.html", form=form, step=found, complaint=complaint, leader=leader, warning=warning
    )
    return page, _status(form)


@requires(READ)
def findings(complaint_id: int) -> Any:
    """Keep what the investigator found; the second button says that it is complete."""
    services.complaint_by_id(complaint_id)
    form = FindingsForm()
    form.prepare(None)
    done = "done" in request.form
    if form.validate_on_submit() and _done(
        form,
        lambda files: services.save_findings(complaint_id, form.seen(), form.values(), files, done=done).id,
    ):
        return _back(complaint_id, _("The findings are complete.") if done else _("The findings are kept."))
    running = next((each for each in services.investigations_of(complaint_id) if each.ended_at is None), None)
    _refresh(form, running.version if running is not None else 0)
    return _again(complaint_id, Forms(findings=form))


@requires(READ)
def judgement(complaint_id: int) -> Any:
    """Judge the complaint."""
    complaint = services.complaint_by_id(complaint_id)
    form = JudgeForm()
    form.prepare(complaint, case_of(complaint), "")
    if form.validate_on_submit() and _done(
        form, lambda: services.take_step(complaint_id, form.seen(), "judge", form.values()).id
    ):
        return _back(complaint_id, _("The judgement is on record."))
    _refresh(form, services.complaint_by_id(complaint_id).version)
    return _again(complaint_id, Forms(judge=form))


@requires(READ)
def note(complaint_id: int) -> Any:
    """Add a note to the history."""
    complaint = services.complaint_by_id(complaint_id)
    form = NoteForm()
    seen = complaint.version  # a note hinders nobody: it is added to whatever there is
    if form.validate_on_submit() and _done(
        form, lambda: services.take_step(complaint_id, seen, "note", {"note": form.note.data}).id
    ):
        return _back(complaint_id, _("The note is added."))
    return _again(complaint_id, Forms(note=form))


@requires(READ)
def ask(complaint_id: int) -> Any:
    """The investigator asks somebody for help."""
    complaint = services.complaint_by_id(complaint_id)
    if not services.may_ask(complaint):
        abort(404)
    form = AskForm()
    complaint_page(complaint, Forms(ask=form))  # what can be chosen
    if form.validate_on_submit() and _done(
        form,
        lambda: (
            services.ask(
                complaint_id, form.question.data or "", person_id=form.person.data, department_id=form.department.data
            ).id
        ),
    ):
        return _back(complaint_id, _("The request for assistance is sent."))
    return _again(complaint_id, Forms(ask=form))


@requires(READ)
def guide(complaint_id: int) -> Any:
    """Leave guidance for the unit."""
    services.complaint_by_id(complaint_id)
    form = GuideForm()
    if form.validate_on_submit() and _done(form, lambda: services.guide(complaint_id, form.text.data or "").id):
        return _back(complaint_id, _("The guidance is sent; it has to be answered."))
    return _again(complaint_id, Forms(guide=form))


@requires(READ)
def answer_guidance(complaint_id: int, guidance_id: int) -> Any:
    """The unit answers guidance."""
    services.complaint_by_id(complaint_id)
    form = AnswerForm(prefix=f"g{guidance_id}-")
    if form.validate_on_submit() and _done(
        form, lambda: services.answer_guidance(guidance_id, form.seen(), form.answer.data or "").id
    ):
        return _back(complaint_id, _("The guidance is answered."))
    return _again(complaint_id, Forms(answers={guidance_id: form}))


def _warning(key: str, complaint: Complaint) -> str:
    """What is allowed, and still better not done (CMP-14)."""
    if key != "close" or not lacks_action(complaint, actions_of(complaint.id)):
        return ""
    text: str = _("The cause is known, and nothing is done about it yet: give a corrective action before you close.")
    return text


@requires(READ)
def dispute(complaint_id: int) -> Any:
    """Enter a grave complaint into the register of disputes, where an app keeps one."""
    form = Form()
    if form.validate_on_submit():
        try:
            number = services.enter_dispute(complaint_id)
        except NotFound:
            abort(404)
        except Refused as refused:
            flash(str(refused), "error")
        else:
            flash(_("It is dispute %(number)s now.", number=number), "success")
    return redirect(url_for("complaints.show", complaint_id=services.complaint_by_id(complaint_id).id))


def _done(form: Form, effect: Callable[..., object]) -> bool:
    """Carry out what was sent, once. What is refused is said at its field; missing is missing."""
    try:
        if "files" in form:
            submit_with_files(form, effect)
        else:
            submit_once(form.key, effect)
    except NotFound:
        abort(404)
    except Refused as refused:
        fill_errors(form, refused)
        if isinstance(refused, Conflict):
            form.conflict = True
        return False
    return True


def _refresh(form: VersionForm, version: int) -> None:
    """After a conflict the form goes on from what is there now: what was typed stands beside it, to be sent again."""
    if getattr(form, "conflict", False):
        form.version.data = version


def _back(complaint_id: int, text: str) -> Any:
    flash(text, "success")
    return redirect(url_for("complaints.show", complaint_id=complaint_id))


def _again(complaint_id: int, forms: Forms) -> Any:
    complaint: Complaint = services.complaint_by_id(complaint_id)
    return render_template("complaints/show.html", **complaint_page(complaint, forms)), 422


def _status(form: Form) -> int:
    return 422 if form.errors or form.form_errors else 200
