"""The public page: anybody with its address enters a complaint, and is told its number and nothing else."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, make_response, render_template, request

from kezhi import SYSTEM, Refused, acting_as, public
from kezhi.forms import fill_errors

from .. import services
from ..forms import PublicForm
from ..services.finding import number_of
from .uploads import accepted, receive_all, store_once

MOST_FILES = 5


@public
def enter(code: str) -> Any:
    """The form. An address that is not in force, or there never was, answers like any other that does not exist."""
    if not services.is_good(code):
        abort(404)
    form, number = PublicForm(), ""
    form.prepare()
    with_files = "files" in current_app.extensions["kezhi"].plugins
    if not with_files:
        del form.files
    if form.validate_on_submit():
        try:
            services.count_use(request.remote_addr or "")
            number = _enter(form)
        except Refused as refused:
            fill_errors(form, refused)
    shown = {"form": form, "number": number, "uploads": accepted() if with_files else {}}
    page = render_template("complaints/public.html", **shown)
    answer = make_response(page, 422 if form.errors or form.form_errors else 200)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _enter(form: PublicForm) -> str:
    values = form.values()
    with acting_as(SYSTEM):  # whoever is logged in here does not sign it
        received = receive_all(form.files, MOST_FILES) if "files" in form else []
        key = form.key
        return number_of(store_once(key, received, lambda: services.register_from_web(values).id, by_code=True))
