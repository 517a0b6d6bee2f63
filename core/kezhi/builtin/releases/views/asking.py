"""The list of data requests, one of them, and asking."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, acting_user, can, db, requires, visible
from kezhi.db import end_reading
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ...customers.models import Customer
from ...lists.bulk import back_to, selected
from .. import holder, pages, services
from ..forms import AskForm
from ..models import RETURNED, RequestLine
from ..rules import ASK, REGISTER
from ..services.finding import MOST_CUSTOMERS

FIELDS = ("kind", "scope", "purpose", "until", "destination", "recipient")


@requires(ASK)
def index() -> Any:
    """Data requests that the user sees."""
    return pages.request_list().respond("releases/index.html", can_register=can(REGISTER))


@requires(ASK)
def show(request_id: int) -> Any:
    """One request, and its answer for who may look at it."""
    try:
        found = services.request_by_id(request_id)
    except NotFound:
        abort(404)
    return render_template("releases/show.html", **pages.request_page(found))


@requires(ASK)
def new() -> Any:
    """Ask for data; ``customer`` in the address names whose."""
    form = AskForm()
    if request.method == "GET":
        form.begin("\n".join(request.args.getlist("customer")))
    elif form.validate_on_submit():
        try:
            made = submit_once(
                form.key, lambda: services.ask(_values(form), services.customers_meant(form.customers.data or "")).id
            )
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("Your request is sent. The department's manager signs it; then the holder answers."), "success")
            return redirect(url_for("releases.show", request_id=int(made)))
    return _page(form, _("Ask for customer data"))


@requires(ASK)
def ask_chosen() -> Any:
    """The form of a request with the customers that were chosen in a list."""
    from ...customers.pages import list_view

    chosen = selected(list_view())
    if chosen.count > MOST_CUSTOMERS:
        flash(_("No more than %(most)s customers at once: describe them in words.", most=MOST_CUSTOMERS), "error")
        return redirect(back_to(url_for("customers.index")))
    seen = visible(Customer).with_only_columns(Customer.code, Customer.prospect_number)
    rows = db.session.execute(seen.where(Customer.id.in_(chosen.ids)).order_by(Customer.code, Customer.id))
    form = AskForm(formdata=None)
    form.begin("\n".join(str(row.code or row.prospect_number) for row in rows))
    return _page(form, _("Ask for customer data"))


@requires(ASK)
def again(request_id: int) -> Any:
    """Change a request that was sent back, and send it again."""
    try:
        found = services.request_by_id(request_id)
    except NotFound:
        abort(404)
    if found.requester_id != acting_user().id:
        abort(404)
    if found.state != RETURNED:
        return redirect(url_for("releases.show", request_id=request_id))
    number = found.number
    form = AskForm()
    if request.method == "GET":
        names = services.seen_customers(RequestLine, request_id)
        form.fill(found, "\n".join(str(each.code or each.prospect_number) for each in names))
    elif form.validate_on_submit():
        version = int(form.version.data) if (form.version.data or "").isdigit() else 0
        try:
            submit_once(
                form.key,
                lambda: (
                    services.ask_again(
                        request_id, version, _values(form), services.customers_meant(form.customers.data or "")
                    ).id
                ),
            )
        except NotFound:
            abort(404)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("%(number)s is sent again.", number=number), "success")
            return redirect(url_for("releases.show", request_id=request_id))
    return _page(form, _("Send %(number)s again", number=number))


def _values(form: AskForm) -> dict[str, Any]:
    return {name: form[name].data for name in FIELDS}


def _page(form: AskForm, title: str) -> Any:
    name = holder.holder_name()
    end_reading()
    page = render_template("releases/ask.html", form=form, title=title, holder=name)
    return page, 422 if form.errors or form.form_errors else 200
