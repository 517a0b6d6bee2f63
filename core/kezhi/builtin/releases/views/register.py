"""The register of external releases: the list, an entry, entering one, putting one right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, acting_user, requires
from kezhi.db import end_reading
from kezhi.forms import fill_errors
from kezhi.i18n import _

from ...files.pages import accepted, limits_text
from ...files.services import Upload
from .. import pages, services
from ..forms import CorrectionForm, ReleaseForm
from ..models import ReleaseLine
from ..rules import ANSWER, ASK, REGISTER, may_answer
from .uploads import submit_with_files


@requires(REGISTER)
def index() -> Any:
    """The register."""
    return pages.release_list().respond("releases/register.html", can_enter=may_answer(acting_user()))


@requires(ASK)
def show(release_id: int) -> Any:
    """One entry."""
    try:
        found = services.release_by_id(release_id)
    except NotFound:
        abort(404)
    return render_template("releases/release.html", **pages.release_page(found))


@requires(ANSWER)
def new() -> Any:
    """Enter what left the company without a request: to an authority, an auditor, a bank."""
    if not may_answer(acting_user()):
        abort(404)
    form = ReleaseForm()
    if request.method == "GET":
        form.begin()
    elif form.validate_on_submit():

        def enter(uploads: Sequence[Upload]) -> int:
            customers = services.customers_meant(form["customers"].data or "")
            return int(services.register(form.entry(), customers, uploads=uploads).id)

        made = _sent(form, enter)
        if made:
            return _done(made)
    return _page(form, _("New external release"), url_for("releases.register"))


@requires(ANSWER)
def correct(release_id: int) -> Any:
    """Put an entry right by a new one that takes its place."""
    if not may_answer(acting_user()):
        abort(404)
    try:
        wrong = services.release_by_id(release_id)
    except NotFound:
        abort(404)
    later = services.successor_of(wrong)
    if later is not None:
        flash(_("This entry was put right already: open the one that took its place."), "error")
        return redirect(url_for("releases.release", release_id=later.id))
    number, form = wrong.number, CorrectionForm()
    if request.method == "GET":
        names = services.seen_customers(ReleaseLine, release_id)
        form.fill(wrong, "\n".join(str(each.code or each.prospect_number) for each in names))
    elif form.validate_on_submit():

        def enter(uploads: Sequence[Upload]) -> int:
            customers = services.customers_meant(form["customers"].data or "")
            return int(services.correct(release_id, form.entry(), customers, uploads).id)

        made = _sent(form, enter)
        if made:
            return _done(made)
    back = url_for("releases.release", release_id=release_id)
    return _page(form, _("Put %(number)s right", number=number), back)


def _sent(form: ReleaseForm, effect: Any) -> str:
    try:
        return submit_with_files(form, effect)
    except NotFound:
        abort(404)
    except Refused as refused:
        fill_errors(form, refused)
        return ""


def _done(made: str) -> Any:
    flash(_("The release is registered. It stays as it is; a mistake is put right by a new entry."), "success")
    return redirect(url_for("releases.release", release_id=int(made)))


def _page(form: ReleaseForm, title: str, back: str) -> Any:
    limits = {"limits": limits_text(), "accepted": accepted()}
    end_reading()
    page = render_template("releases/release_form.html", form=form, title=title, back=back, **limits)
    return page, 422 if form.errors or form.form_errors else 200
