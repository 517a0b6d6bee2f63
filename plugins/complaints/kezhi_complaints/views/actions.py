"""Corrective actions: given at the complaint, carried out and checked on a page of their own (CMP-14)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, db, requires, visible
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.files.pages import icon_of, size_text
from kezhi.builtin.files.services import files_of
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..access import ASSIST, HANDLE
from ..forms.handling import VersionForm
from ..forms.remedies import ActionForm, CheckForm, FinishForm, ReasonForm
from ..models import Complaint, CorrectiveAction
from ..services import actions as policy
from ..services.finding import complaint_behind, complaint_by_id
from ..services.people import barred
from ..words_remedies import ACTION_WORDS
from .remedies import back, carried_out, not_now, page, renew


@requires(HANDLE)
def new_action(complaint_id: int) -> Any:
    """Have somebody remove the cause. ``follows`` in the address: the action without effect before."""
    complaint = complaint_by_id(complaint_id)
    if not policy.may_act(complaint):
        return not_now(complaint_id, _("Customer service gives corrective actions, unless the complaint is invalid."))
    form = ActionForm()
    form.prepare(barred(complaint))
    follows = request.args.get("follows", type=int)
    if form.validate_on_submit() and carried_out(
        form,
        lambda: (
            policy.give_action(
                complaint_id, form.measure.data or "", form.owner.data, form.checker.data, form.due_on.data, follows
            ).id
        ),
    ):
        return back(complaint_id, _("The corrective action is given."), "actions")
    return page(complaint, form, _("Give a corrective action"), _("Give it"))


@requires(HANDLE)
def edit_action(action_id: int) -> Any:
    """Change it before it is done."""
    action, complaint = _to_change(action_id)
    form = ActionForm()
    form.prepare(barred(complaint), action)
    if form.validate_on_submit() and carried_out(
        form,
        lambda: (
            policy.change_action(
                action_id, form.seen(), form.measure.data or "", form.owner.data, form.checker.data, form.due_on.data
            ).id
        ),
    ):
        return back(complaint.id, _("The corrective action is changed."), "actions")
    renew(form, policy.action_by_id(action_id).version)
    return page(complaint, form, _("Change the corrective action"), _("Save"))


@requires(HANDLE)
def abandon_action(action_id: int) -> Any:
    """Give it up, with a reason."""
    action, complaint = _to_change(action_id)
    form = ReasonForm()
    if request.method == "GET":
        form.version.data = action.version
    elif form.validate_on_submit() and carried_out(
        form, lambda: policy.abandon_action(action_id, form.seen(), form.note.data or "").id
    ):
        return back(complaint.id, _("The corrective action is given up."), "actions")
    renew(form, policy.action_by_id(action_id).version)
    return page(complaint, form, _("Give up the corrective action"), _("Give it up"), action.measure)


@requires(ASSIST)
def action(action_id: int) -> Any:
    """What is to be done, as who has it to do sees it: not the complaint."""
    return _page(action_id, FinishForm(), CheckForm())


@requires(ASSIST)
def finish_action(action_id: int) -> Any:
    """The owner says what was done."""
    policy.action_by_id(action_id)
    form = FinishForm()
    if form.validate_on_submit() and _carried(
        form, lambda: policy.finish_action(action_id, form.seen(), form.note.data or "").id, action_id
    ):
        flash(_("It is done; somebody else looks whether it had an effect."), "success")
        return redirect(url_for("complaints.action", action_id=action_id))
    return _page(action_id, form, CheckForm())


@requires(ASSIST)
def check_action(action_id: int) -> Any:
    """Somebody else says whether it had an effect."""
    policy.action_by_id(action_id)
    form = CheckForm()
    effective = form.effective.data == "yes"
    if form.validate_on_submit() and _carried(
        form,
        lambda: policy.check_effect(action_id, form.seen(), effective=effective, note=form.note.data or "").id,
        action_id,
    ):
        flash(_("The effect is on record."), "success")
        return redirect(url_for("complaints.action", action_id=action_id))
    return _page(action_id, FinishForm(), form)


def _carried(form: VersionForm, effect: Any, action_id: int) -> bool:
    try:
        submit_once(form.key, effect)
    except NotFound:
        abort(404)
    except Refused as refused:
        fill_errors(form, refused)
        if isinstance(refused, Conflict):
            form.version.data = policy.action_by_id(action_id).version
        return False
    return True


def _to_change(action_id: int) -> tuple[CorrectiveAction, Complaint]:
    found = policy.action_by_id(action_id)
    complaint = complaint_by_id(found.complaint_id)
    if not policy.may_act(complaint):
        abort(404)
    return found, complaint


def _page(action_id: int, finishing: FinishForm, checking: CheckForm) -> Any:
    found = policy.action_by_id(action_id)
    complaint = complaint_behind(found)
    for form in (finishing, checking):
        form.version.data = form.version.data or found.version
    ids = {found.owner_id, found.checker_id, found.given_by_id, found.done_by_id, found.checked_by_id} - {None}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    mine = visible(Complaint).where(Complaint.id == complaint.id).with_only_columns(Complaint.id)
    sees = db.session.execute(mine).first() is not None
    shown = render_template(
        "complaints/action.html",
        action=found,
        number=complaint.number,
        complaint_url=url_for("complaints.show", complaint_id=complaint.id) + "#actions" if sees else "",
        names={row.id: row.name for row in rows},
        state=ACTION_WORDS[found.state],
        may_finish=policy.may_finish(found, complaint),
        may_check=policy.may_check(found, complaint),
        early=policy.too_early(found),
        finishing=finishing,
        checking=checking,
        files=files_of("complaints", "action", found.id),
        icon_of=icon_of,
        size_text=size_text,
    )
    wrong = any(form.errors or form.form_errors for form in (finishing, checking))
    return shown, 422 if wrong else 200
