"""One page with a form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from wtforms import StringField
from wtforms.validators import InputRequired

from kezhi import Refused, db, requires, visible
from kezhi.forms import Form, fill_errors, submit_once

from . import services
from .models import Pledge


class PledgeForm(Form):
    """Recording a pledge."""

    customer = StringField("Customer code", [InputRequired()])
    promise = StringField("Promise", [InputRequired()])
    promised_by = StringField("Promised by")


def blueprint() -> Blueprint:
    """The page under ``/pledges``."""
    pages = Blueprint("pledges", __name__, url_prefix="/pledges")
    pages.add_url_rule("", "index", index, methods=["GET", "POST"])
    return pages


@requires("pledges.use")
def index() -> Any:
    """The pledges, and a form for the next."""
    form = PledgeForm()
    if form.validate_on_submit():
        try:
            values = form.customer.data, form.promise.data, form.promised_by.data
            submit_once(form.key, lambda: services.record_pledge(*values).id)
            return redirect(url_for("pledges.index"))
        except Refused as error:
            fill_errors(form, error)
    pledges = db.session.scalars(visible(Pledge).order_by(Pledge.id)).all()
    return render_template("pledges/index.html", form=form, pledges=pledges), 422 if form.errors else 200
