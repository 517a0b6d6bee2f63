"""The page of protection, for administrators; keys themselves are changed on the command line only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from kezhi import Refused, acting_as, audit_record, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _
from kezhi.jobs import enqueue
from kezhi.users import SYSTEM

from . import pages, ring, services, words
from .forms import OffForm

MANAGE = "protection.manage"


def blueprint() -> Blueprint:
    """``/protection``; and the requests of this app, whose uploads wait in masked files."""
    from .temporaries import MaskedRequest

    blue = Blueprint("protection", __name__, url_prefix="/protection")
    blue.record_once(lambda state: setattr(state.app, "request_class", MaskedRequest))
    blue.add_url_rule("", "index", index)
    blue.add_url_rule("/off/<purpose>", "off", off, methods=["GET", "POST"])
    blue.add_url_rule("/on/<purpose>", "on", on, methods=["POST"])
    blue.add_url_rule("/renew", "renew", renew, methods=["POST"])
    return blue


@requires(MANAGE)
def index() -> Any:
    """What is encrypted, under which keys, and what is not."""
    return render_template("protection/index.html", **pages.index_page())


@requires(MANAGE)
def off(purpose: str) -> Any:
    """Switch encryption of a purpose off, with the reason."""
    if purpose not in services.TOGETHER or not ring.is_on(purpose):
        abort(404)
    form, status = OffForm(), 200
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.switch_off(purpose, form.reason.data).id)
            flash(_("Switched off and on record: %(what)s.", what=words.what(purpose)), "success")
            return redirect(url_for("protection.index"))
        except Refused as refused:
            fill_errors(form, refused)
    if form.is_submitted():
        status = 422
    return render_template("protection/off.html", form=form, purpose=purpose, words=words), status


@requires(MANAGE)
def on(purpose: str) -> Any:
    """End a deviation."""
    try:
        with writing():
            services.switch_on(purpose)
        flash(
            _("Switched on: %(what)s. What was written meanwhile is encrypted now.", what=words.what(purpose)),
            "success",
        )
    except Refused as refused:
        flash(str(refused), "error")
    return redirect(url_for("protection.index"))


@requires(MANAGE)
def renew() -> Any:
    """Put the job up that brings data under the keys in force."""
    with writing():
        audit_record("job.start", "job", services.RENEW)
        with acting_as(SYSTEM):
            enqueue(services.RENEW)
    flash(_("The job is put up. Reload the page to see how far it is."), "success")
    return redirect(url_for("protection.index"))
