"""A request for help, as who is asked sees it: not the complaint, only what has to be known of it (CMP-16)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, db, requires, visible
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.files.pages import accepted, icon_of, limits_text, size_text
from kezhi.builtin.files.services import files_of
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..access import ASSIST
from ..forms.handling import DeclineForm, GiveForm
from ..models import Complaint
from ..services.finding import complaint_behind
from ..words_handling import HELP_WORDS
from .step_files import submit_with_files


@requires(ASSIST)
def help(help_id: int) -> Any:
    """What is asked, and the answer to it."""
    asked = services.help_by_id(help_id)
    form = GiveForm()
    if request.method == "POST" and form.validate_on_submit():
        try:
            submit_with_files(form, lambda files: services.give(help_id, form.seen(), form.answer.data or "", files).id)
        except NotFound:
            abort(404)
        except Refused as refused:
            _say(form, refused, help_id)
        else:
            flash(_("Your answer is given; who asked was told."), "success")
            return redirect(url_for("complaints.help", help_id=help_id))
    return _page(asked.id, form, DeclineForm())


@requires(ASSIST)
def decline_help(help_id: int) -> Any:
    """Say why it cannot be given: the manager above has to decide."""
    services.help_by_id(help_id)
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.decline(help_id, form.seen(), form.reason.data or "").id)
        except NotFound:
            abort(404)
        except Refused as refused:
            _say(form, refused, help_id)
        else:
            flash(_("It is declined; who asked, and your manager, were told."), "success")
            return redirect(url_for("complaints.help", help_id=help_id)) if _sees(help_id) else redirect("/")
    return _page(help_id, GiveForm(), form)


def _say(form: Form, refused: Refused, help_id: int) -> None:
    fill_errors(form, refused)
    if isinstance(refused, Conflict):
        form["version"].data = services.help_by_id(help_id).version


def _sees(help_id: int) -> bool:
    try:
        services.help_by_id(help_id)
    except NotFound:
        return False
    return True


def _page(help_id: int, form: GiveForm, declining: DeclineForm) -> Any:
    asked = services.help_by_id(help_id)
    complaint = complaint_behind(asked)
    for each in (form, declining):
        each.version.data = each.version.data or asked.version
    ids = {asked.asked_by_id, asked.person_id, asked.ended_by_id} - {None}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    place = db.session.scalar(select(Department.name).where(Department.id == asked.department_id))
    sees = visible(Complaint).where(Complaint.id == complaint.id).with_only_columns(Complaint.id)
    page = render_template(
        "complaints/help.html",
        asked=asked,
        number=complaint.number,
        complaint_url=url_for("complaints.show", complaint_id=complaint.id) if db.session.execute(sees).first() else "",
        names=names,
        place=place or "",
        state=HELP_WORDS[asked.state],
        may_give=services.may_give(asked),
        form=form,
        declining=declining,
        files=files_of("complaints", "help", asked.id),
        icon_of=icon_of,
        size_text=size_text,
        limits=limits_text(),
        accepted=accepted(),
    )
    wrong = form.errors or form.form_errors or declining.errors or declining.form_errors
    return page, 422 if wrong else 200
