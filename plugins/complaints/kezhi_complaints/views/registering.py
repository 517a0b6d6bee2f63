"""Writing a complaint down while the customer is on the telephone, and correcting what was written (CMP-01)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, acting_user, can, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..access import HANDLE, READ, REGISTER
from ..forms import RegisterForm
from ..forms.fields import Difference
from ..intake_pages import beside, customer_named, sees_customer
from ..models import OPEN_STATES, Complaint
from .uploads import accepted, can_attach, receive_all, store_once


@requires(REGISTER)
def new() -> Any:
    """Write a complaint down; ``customer`` in the address names whose.

    The buttons that look something up send the form without saving it: nothing typed is lost.
    """
    form = _prepared()
    if request.method == "GET":
        form.begin(request.args.get("customer", ""))
    elif "pick" in request.form:
        form.customer.data = request.form["pick"][:200]
    elif "look" not in request.form and form.validate_on_submit():
        try:
            complaint_id = _register(form)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return _registered(complaint_id)
    return _page(form, None, [])


def _prepared() -> RegisterForm:
    form = RegisterForm()
    form.prepare()
    if not can_attach():
        del form.files
    return form


def _register(form: RegisterForm) -> int:
    values, reason = form.values(), form.late_reason.data or ""
    received = receive_all(form.files) if "files" in form else []
    accepts = "accept" in request.form and can(HANDLE)

    def effect() -> int:
        complaint_id = services.register(values, late_reason=reason).id
        if accepts and values["accused_id"] != acting_user().id:
            services.take_step(complaint_id, 1, "accept")
        return complaint_id

    return store_once(form.key, received, effect)


def _registered(complaint_id: int) -> Any:
    """On to the complaint; to the list for who is complained about and happened to take it down."""
    try:
        number = services.complaint_by_id(complaint_id).number
    except NotFound:
        flash(_("The complaint is registered."), "success")
        return redirect(url_for("complaints.index") if can(READ) else url_for("home"))
    flash(_("Complaint %(number)s is registered.", number=number), "success")
    return redirect(url_for("complaints.show", complaint_id=complaint_id))


@requires(REGISTER)
def lookup() -> str:
    """A part of the page, for its script: who is meant, and what they and this telephone number complained about."""
    form = RegisterForm()
    about = beside(form.customer.data or "", form.phone.data or "", but=request.form.get("but", type=int))
    return render_template("complaints/_beside.html", **about)


@requires(REGISTER)
def correct(complaint_id: int) -> Any:
    """Correct the registration of an open complaint."""
    complaint = services.complaint_by_id(complaint_id)
    if complaint.state not in OPEN_STATES:
        flash(_("The complaint is closed: its registration stays as it is."), "error")
        return redirect(url_for("complaints.show", complaint_id=complaint_id))
    form, found = RegisterForm(), list[Difference]()
    form.prepare(complaint)
    if not sees_customer(complaint):
        del form.customer
    if request.method == "GET":
        form.fill(complaint, customer_named(complaint))
    elif "pick" in request.form and "customer" in form:
        form.customer.data = request.form["pick"][:200]
    elif "look" not in request.form and form.validate_on_submit():
        version = read_version(form.version.data)
        try:
            values = form.values()
            submit_once(form.key, lambda: _corrected(complaint_id, version, values))
        except Conflict as conflict:
            fill_errors(form, conflict)
            complaint = services.complaint_by_id(complaint_id)
            found = form.meet(complaint, customer_named(complaint))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return _registered_anew(complaint_id)
    return _page(form, services.complaint_by_id(complaint_id), found)


def _corrected(complaint_id: int, version: int, values: dict[str, Any]) -> int:
    with writing():
        services.correct(complaint_id, version, values)
    return complaint_id


def _registered_anew(complaint_id: int) -> Any:
    flash(_("The registration is corrected."), "success")
    try:
        services.complaint_by_id(complaint_id)
    except NotFound:
        return redirect(url_for("complaints.index"))
    return redirect(url_for("complaints.show", complaint_id=complaint_id))


def read_version(text: str | None) -> int:
    """The version that a form was opened with. Errors: 400."""
    if not (text and text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    return int(text)


def _page(form: RegisterForm, complaint: Complaint | None, differences: list[Difference]) -> tuple[str, int]:
    named = (form.customer.data or "") if "customer" in form else ""
    about = beside(named, form.phone.data or "", but=complaint.id if complaint is not None else None)
    page = render_template(
        "complaints/register.html",
        form=form,
        complaint=complaint,
        differences=differences,
        may_accept=complaint is None and can(HANDLE),
        uploads=accepted() if "files" in form else {},
        **about,
    )
    return page, 422 if form.errors or form.form_errors else 200
