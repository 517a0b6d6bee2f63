"""Actions on several contracts, chosen in their list (CUS-13)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, requires, writing
from kezhi.forms import fill_errors
from kezhi.i18n import _, _l, ngettext

from ...lists.bulk import back_to, selected
from ...lists.contributions import BulkAction
from .. import pages, services
from ..forms import EndForm
from ..models import Contract
from ..rules import EDIT


def actions(model: type) -> list[BulkAction]:
    """What can be done to several contracts."""
    if model is not Contract:
        return []
    return [
        BulkAction("contracts.remind", _l("Set reminder…"), "contracts.remind_several", "bell", EDIT),
        BulkAction("contracts.end", _l("End early…"), "contracts.end_several", "calendar-x", EDIT, danger=True),
    ]


@requires(EDIT)
def remind() -> Any:
    """Say how long before their last days the chosen contracts remind."""
    chosen = selected(pages.contract_list())
    text, problem = request.form.get("days", "").strip(), ""
    if request.form.get("confirmed"):
        try:
            days = _days(text)
            with writing():
                count = services.set_reminders(chosen.ids, days)
        except Refused as refused:
            problem = str(refused)
        else:
            flash(
                ngettext(
                    "The reminder of %(num)s contract is set.", "The reminders of %(num)s contracts are set.", count
                ),
                "success",
            )
            return redirect(back_to(url_for("contracts.index")))
    page = render_template("contracts/remind.html", chosen=chosen, days=text, problem=problem, back=_back())
    return page, 422 if problem else 200


def _days(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise Refused(_("“%(value)s” is no whole number of days.", value=text))
    return int(text)


@requires(EDIT)
def end() -> Any:
    """End the chosen contracts early, all of them or none."""
    chosen = selected(pages.contract_list())
    form = EndForm(meta={"csrf": False}) if request.form.get("confirmed") else EndForm(formdata=None)
    if not request.form.get("confirmed"):
        form.begin(0)
    elif form.validate() and form.last_day.data is not None:
        try:
            with writing():
                count = services.terminate_all(chosen.ids, form.last_day.data, form.reason.data or "")
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(
                ngettext(
                    "The end of %(num)s contract is entered.", "The ends of %(num)s contracts are entered.", count
                ),
                "success",
            )
            return redirect(back_to(url_for("contracts.index")))
    page = render_template("contracts/end_several.html", chosen=chosen, form=form, back=_back())
    return page, 422 if form.errors or form.form_errors else 200


def _back() -> str:
    return back_to(url_for("contracts.index"))
