"""The list of customers, the record with its sections, and its forms."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, acting_user, can, requires, writing
from kezhi.forms import Form, submit_once
from kezhi.i18n import _
from kezhi.shell import constant_url

from .. import services
from ..conflicts import resolve
from ..forms import EditForm, NewForm, form_units
from ..pages import ENTRIES, MOST_ENTRIES, list_view, may_edit, record_page
from ..parts import Parts
from ..services.confirmation import needs_confirmation
from ..services.merging import stays_as
from ..services.numbering import expected_code
from ..services.profile import stored_record
from ..sharing.guard import check_found
from ..sharing.rules import is_in_charge
from .analyses import AnalysisForm


@requires("customers.read")
def index() -> Any:
    """The list: own, department's or all customers, by role."""
    may_import = can("customers.import") and can("imports.use") and "imports" in current_app.blueprints
    return list_view().respond(
        template="customers/index.html",
        can_write=can("customers.write"),
        import_url=constant_url("imports.index", kind="customers") if may_import else "",
        can_merge=can("customers.merge"),
        can_list=can("customers.lists"),
    )


@requires("customers.read")
def show(customer_id: int) -> Any:
    """A record with its facts, panels, sections and timeline; one that was merged leads to the one that stayed."""
    try:
        customer = services.customer_by_id(customer_id)
    except NotFound:
        stayed = stays_as(customer_id)
        if stayed is None:
            raise
        return redirect(url_for("customers.show", customer_id=stayed), code=301)
    entries = ENTRIES if request.args.get("timeline") != "all" else MOST_ENTRIES
    page = record_page(customer, acting_user(), entries, request.args.get("section", ""), request.args.get("tab", ""))
    return render_template("customers/show.html", **page, form=AnalysisForm())


@requires("customers.write")
def new() -> Any:
    """Enter a customer; suspected duplicates are shown before anything is saved."""
    form = NewForm()
    form.prepare(None)
    parts = Parts(None)
    hits: list[services.Hit] = []
    if form.is_submitted() and all([form.validate(), parts.validate(form)]):
        try:
            values = {**form.values(), **form.cleaned, "code": form.code.data}
            made = submit_once(form.key, lambda: _create(values, form, parts))
        except Suspected as suspected:
            hits = suspected.hits
        except Refused as refused:
            if not parts.refuse(refused):
                form.refuse(refused)
        else:
            sent = needs_confirmation() and not form.prospect.data
            opened = _("The customer file is opened and sent for confirmation.") if sent else ""
            flash(opened or _("The customer file is opened."), "success")
            if request.form.get("then") == "new":
                return redirect(url_for("customers.new"))
            return redirect(url_for("customers.show", customer_id=int(made)))
    return render_template(
        "customers/form.html",
        form=form,
        parts=parts,
        customer=None,
        hits=hits,
        opened="",
        units=form_units(),
        expected_code=expected_code(),
        confirming=needs_confirmation(),
    )


@requires("customers.read")
def edit(customer_id: int) -> Any:
    """Change the sections of a record that one may change.

    When somebody else saved first, both versions are shown and nothing typed is lost.
    """
    if not may_edit(acting_user()):
        abort(404)
    stored = stored_record(customer_id)
    if stored is None:
        abort(404)
    has_charge = is_in_charge(stored["owner_id"], stored["department_id"], acting_user())
    if not has_charge:
        check_found(customer_id)
    form = EditForm()
    form.prepare(stored, may_assign=has_charge)
    parts = Parts(customer_id)
    context: dict[str, Any] = {"hits": [], "differences": None, "parts": parts}
    if not form.is_submitted():
        form.open(stored)
    elif all([form.validate(), parts.validate(form)]):
        values = {**form.values(), **form.cleaned}
        try:
            guarded = ("credit_code", "name", "phone")
            changed = {key: values[key] for key in guarded if values.get(key, stored[key]) != stored[key]}
            context["hits"] = services.duplicates(changed, customer_id) if changed else []
            if not context["hits"] or form.save_anyway.data:
                version = int(form.version.data or 0)
                submit_once(form.key, lambda: _change(stored, version, values, parts))
                flash(_("The customer file is saved."), "success")
                return redirect(url_for("customers.show", customer_id=customer_id))
        except services.VersionConflict as conflict:
            context["differences"] = resolve(form, conflict.stored, values)
        except Refused as refused:
            if not parts.refuse(refused):
                form.refuse(refused)
    opened = request.args.get("section", "")
    customer = services.customer_by_id(customer_id)
    return render_template(
        "customers/form.html", form=form, customer=customer, opened=opened, units=form_units(), **context
    )


class Suspected(Exception):
    """Other files look like the one that is about to be opened."""

    def __init__(self, hits: list[services.Hit]) -> None:
        super().__init__("other customer files look alike")
        self.hits = hits


def _create(values: dict[str, Any], form: NewForm, parts: Parts) -> int:
    """The record and every part of the form, in one transaction.

    Asked inside it whether there is such a customer already: a form sent twice would else suspect its own first file.
    Errors: ``Suspected``.
    """
    hits = [] if form.save_anyway.data else services.duplicates(values)
    if hits:
        raise Suspected(hits)
    customer_id = services.create_customer(values, prospect=bool(form.prospect.data)).id
    parts.save(customer_id)
    return customer_id


def _change(stored: dict[str, Any], version: int, values: dict[str, Any], parts: Parts) -> int:
    services.save_changes(stored, version, values)
    parts.save(stored["id"])
    return int(stored["id"])


@requires("customers.write")
def recognise(customer_id: int) -> Any:
    """Give a prospect its customer code."""
    form = Form()
    customer = services.customer_by_id(customer_id)
    version = customer.version
    if form.validate_on_submit():
        with writing():
            code = services.recognise_customer(customer_id, version).code
        flash(_("Recognised as a customer with the code %(code)s.", code=code), "success")
    return redirect(url_for("customers.show", customer_id=customer_id))
