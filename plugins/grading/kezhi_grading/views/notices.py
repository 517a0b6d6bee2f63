"""The notice to a customer: marked as sent, with its day and way (GRD-13)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, clock, db, requires, writing
from kezhi.builtin.customers.models import Customer
from kezhi.forms import fill_errors

from ..forms import NoticeForm
from ..labels import WAY_LABELS
from ..services.notices import is_owed, mark_sent, notice_of
from ..words import _
from .shared import document_url, run_or_404


@requires("grading.notify")
def notice(number: int, customer_id: int) -> Any:
    """The notice of a run to a customer; posted, it is marked as sent."""
    run = run_or_404(number)
    try:
        found = notice_of(run.id, customer_id)
    except NotFound:
        abort(404)
    form = NoticeForm()
    if request.method == "GET":
        form.sent_on.data = clock.today()
    elif form.validate_on_submit():
        try:
            with writing():
                mark_sent(run.id, customer_id, form.sent_on.data, form.way.data)
        except Conflict as error:
            flash(str(error), "danger")
            return redirect(url_for("grading.notice", number=number, customer_id=customer_id))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The notice is marked as sent."), "success")
            return redirect(url_for("grading.notice", number=number, customer_id=customer_id))
    return render_template(
        "grading/notice.html",
        form=form,
        run=run,
        notice=found,
        owed=is_owed(found),
        today=clock.today(),
        customer=db.session.get_one(Customer, customer_id),
        ways=WAY_LABELS,
        letter_url=document_url("grading.notice", customer_id, True, str(number)),
    )
