"""Writing down what we think of a customer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import Refused, acting_user, requires
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import _, _l

from .. import services
from ..pages import record_page
from ..services.analyses import LONGEST_ANALYSIS


class AnalysisForm(Form):
    """One analysis. Date and author are not typed: they are those of the act."""

    text = TextAreaField(
        _l("New analysis"),
        validators=[InputRequired(), Length(max=LONGEST_ANALYSIS)],
        description=_l("It is dated and signed with your name, and kept as you write it."),
        render_kw={"rows": 5, "maxlength": LONGEST_ANALYSIS},
    )


@requires("customers.write_analysis")
def add(customer_id: int) -> Any:
    """Add an analysis; a faulty one is shown again as it was typed."""
    form = AnalysisForm()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.add_analysis(customer_id, form.text.data or "").id)
            flash(_("The analysis is kept."), "success")
            return redirect(url_for("customers.show", customer_id=customer_id, section="analysis"))
        except Refused as refused:
            fill_errors(form, refused)
    customer = services.customer_by_id(customer_id)
    return render_template("customers/show.html", **record_page(customer, acting_user(), section="analysis"), form=form)
