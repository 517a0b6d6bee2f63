"""Pages of confirmations: what was sent, one of them, and sending (again)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for

from kezhi import NotFound, Refused, acting_user, can, requires
from kezhi.forms import Form, submit_once
from kezhi.i18n import _

from . import pages, services
from .bulk import send_chosen


def blueprint() -> Blueprint:
    """``/entry`` and what is below it."""
    found = Blueprint("entry", __name__, url_prefix="/entry")
    found.add_url_rule("", "index", index)
    found.add_url_rule("/<int:submission_id>", "show", show)
    found.add_url_rule("/<int:submission_id>/again", "again", again, methods=["POST"])
    found.add_url_rule("/send/<int:customer_id>", "send", send, methods=["POST"])
    found.add_url_rule("/send", "send_chosen", send_chosen, methods=["POST"])
    return found


@requires("entry.read")
def index() -> Any:
    """Everything that was sent for confirmation."""
    return pages.register_view().respond("entry/index.html", can_write=can("customers.write"))


@requires("entry.read")
def show(submission_id: int) -> Any:
    """What was sent, row by row, as it was signed."""
    try:
        sent = services.submission_by_id(submission_id)
    except NotFound:
        abort(404)
    page = pages.submission_page(sent, acting_user())
    return pages.lines_view(sent).respond("entry/show.html", **page, form=Form(formdata=None))


@requires("customers.write")
def send(customer_id: int) -> Any:
    """Send one prospect for confirmation."""
    form = Form()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.send_one(customer_id).id)
            flash(_("Sent for confirmation."), "success")
        except NotFound:
            abort(404)
        except Refused as refused:
            flash(str(refused), "error")
    return redirect(url_for("customers.show", customer_id=customer_id))


@requires("customers.write")
def again(submission_id: int) -> Any:
    """Send everything again that came back."""
    form = Form()
    try:
        services.submission_by_id(submission_id)
    except NotFound:
        abort(404)
    target = submission_id
    if form.validate_on_submit():
        try:
            target = int(submit_once(form.key, lambda: services.send_again(submission_id).id))
            flash(_("Sent for confirmation."), "success")
        except Refused as refused:
            flash(str(refused), "error")
    return redirect(url_for("entry.show", submission_id=target))
