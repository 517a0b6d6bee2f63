"""The page of deputies: who signs in whose place from when to when (ORG-01)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from kezhi import NotFound, Refused, acting_user, can, clock, requires
from kezhi.forms import fill_errors
from kezhi.i18n import _

from . import services
from .forms import DeputyForm
from .services.deputies import OTHERS


@requires("approvals.use")
def deputies() -> Any:
    """One's own absences and those one stands in for; whoever may enters them for others, too."""
    user, today = acting_user(), clock.today()
    form = DeputyForm(user=user.id, since=today, until=today)
    form.prepare(user.id, can(OTHERS))
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and form.since.data and form.until.data:
            absent = form.user.data if can(OTHERS) else user.id
            try:
                services.add_deputy(
                    absent or 0, form.deputy.data or 0, form.since.data, form.until.data, form.note.data or ""
                )
            except Refused as error:
                fill_errors(form, error)
            except NotFound:
                abort(404)
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("approvals.deputies"))
    page = render_template("approvals/deputies.html", form=form, rows=services.absences(), others=can(OTHERS))
    return page, status


@requires("approvals.use")
def end_deputy(absence_id: int) -> Any:
    """Take an entry back; anybody else's does not exist here."""
    try:
        services.end_deputy(absence_id)
    except NotFound:
        abort(404)
    flash(_("Taken back."), "success")
    return redirect(url_for("approvals.deputies"))
