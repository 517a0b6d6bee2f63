"""The list of complaints, one of them, and writing one down."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, can, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..access import READ, REGISTER
from ..forms import RegisterForm
from ..pages import complaint_list
from ..showing import complaint_page


@requires(READ)
def index() -> Any:
    """The complaints that the user sees."""
    return complaint_list().respond("complaints/index.html", can_register=can(REGISTER))


@requires(READ)
def show(complaint_id: int) -> str:
    """One complaint."""
    return render_template("complaints/show.html", **complaint_page(services.complaint_by_id(complaint_id)))


@requires(REGISTER)
def new() -> Any:
    """Write a complaint down; ``customer`` in the address names whose."""
    form = RegisterForm()
    form.prepare()
    if request.method == "GET":
        form.customer.data = request.args.get("customer", "")
    elif form.validate_on_submit():
        try:
            values = form.values()
            complaint_id = int(submit_once(form.key, lambda: services.register(values).id))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            number = services.complaint_by_id(complaint_id).number
            flash(_("Complaint %(number)s is registered.", number=number), "success")
            return redirect(url_for("complaints.show", complaint_id=complaint_id))
    page = render_template("complaints/register.html", form=form)
    return page, 422 if form.errors or form.form_errors else 200
