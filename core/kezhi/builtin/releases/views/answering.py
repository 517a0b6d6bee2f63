"""The holder's pages: answering a signed request, and declining it. For others they do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, requires
from kezhi.db import end_reading
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ...files.pages import accepted, limits_text
from ...files.services import Upload
from .. import pages, services
from ..forms import AnswerForm, DeclineForm, OutsideForm
from ..models import OUTSIDE, DataRequest, RequestLine
from ..rules import ANSWER
from .uploads import submit_with_files


def _to_answer(request_id: int) -> DataRequest | Any:
    """The request, or where to go instead: what is not signed or was answered meanwhile says so on its page."""
    try:
        return services.to_answer(request_id)
    except NotFound:
        abort(404)
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(url_for("releases.show", request_id=request_id))


@requires(ANSWER)
def answer(request_id: int) -> Any:
    """Give what was asked for."""
    found = _to_answer(request_id)
    if not isinstance(found, DataRequest):
        return found
    form: AnswerForm = OutsideForm() if found.destination == OUTSIDE else AnswerForm()
    if request.method == "GET":
        names = services.seen_customers(RequestLine, request_id)
        form.begin(found, "\n".join(str(each.code or each.prospect_number) for each in names))
    elif form.validate_on_submit():

        def give(uploads: Sequence[Upload]) -> int:
            customers = services.customers_meant(form["customers"].data or "") if "customers" in form else []
            entry = form.entry(services.to_answer(request_id))
            given = services.answer(request_id, form.text.data or "", form.expires_on.data, uploads, entry, customers)
            return int(given.id)

        try:
            submit_with_files(form, give)
        except NotFound:
            abort(404)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The answer is given; who asked was told."), "success")
            return redirect(url_for("releases.show", request_id=request_id))
    shown = pages.request_page(services.request_by_id(request_id))
    limits = {"limits": limits_text(), "accepted": accepted()}
    end_reading()
    page = render_template("releases/answer.html", form=form, **shown, **limits)
    return page, 422 if form.errors or form.form_errors else 200


@requires(ANSWER)
def decline(request_id: int) -> Any:
    """Say why there is no answer."""
    found = _to_answer(request_id)
    if not isinstance(found, DataRequest):
        return found
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.decline(request_id, form.reason.data or "").id)
        except NotFound:
            abort(404)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The request is declined; who asked was told."), "success")
            return redirect(url_for("releases.show", request_id=request_id))
    shown = services.request_by_id(request_id)
    page = render_template("releases/decline.html", form=form, asked=shown)
    return page, 422 if form.errors or form.form_errors else 200
