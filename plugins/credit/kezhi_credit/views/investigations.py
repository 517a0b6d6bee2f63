"""Credit investigations: the list, one of them, asking for one, and writing what was found (CRD-02)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import ListView, Refused, acting_user, can, clock, requires, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.pages import panels
from kezhi.builtin.customers.services import may_change
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..forms.investigations import AskForm, findings_form
from ..investigation_columns import investigation_columns
from ..labels import INVESTIGATION_LABELS, INVESTIGATION_TONES, JUDGEMENT_LABELS, JUDGEMENT_TONES
from ..models import Investigation
from ..people import person_name
from ..words import standing_of

WORDS: dict[str, Any] = {
    "states": INVESTIGATION_LABELS,
    "tones": INVESTIGATION_TONES,
    "judgements": JUDGEMENT_LABELS,
    "judgement_tones": JUDGEMENT_TONES,
    "standing_of": standing_of,
}


@requires("credit.read")
def index() -> Any:
    """Every investigation of the customers that the user sees."""
    return investigation_list().respond("credit/investigations.html", can_keep=can("credit.classes"))


def investigation_list() -> ListView:
    """Investigations, the newest first."""
    return ListView(
        name="credit.investigations",
        model=Investigation,
        columns=investigation_columns(),
        order=("due_on", "desc"),
        link=lambda row: url_for("credit.investigation", investigation_id=row.id),
        title=_l("Credit investigations"),
        kind=_l("investigations"),
        matching=lazy_pgettext("investigations", "matching"),
        export_permission="credit.read",
    )


@requires("credit.read")
def show(investigation_id: int) -> str:
    """One investigation: what every source says, what follows, until when it holds, the files."""
    found = services.investigation_by_id(investigation_id)
    return render_template(
        "credit/investigation.html",
        found=found,
        customer=services.seen_customer(found.customer_id),
        investigator=person_name(found.investigator_id),
        findings=services.findings_of(found.id),
        source_title=services.source_title,
        panels=panels(found, acting_user()),  # type: ignore[arg-type]
        may_record=services.may_record(found) and may_change(found, "credit.investigate"),
        valid=services.is_valid(found),
        today=clock.today(),
        can_fill_in=can("credit.investigate"),
        **WORDS,
    )


@requires("credit.investigate")
def ask(customer_id: int) -> Any:
    """Have a customer investigated, by oneself or by somebody else."""
    name, form = services.seen_customer(customer_id).name, AskForm()
    form.offer(customer_id)
    if form.validate_on_submit():
        try:
            values = form.values()
            made = int(submit_once(form.key, lambda: services.ask_investigation(customer_id, **values).id))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("%(name)s is to be investigated.", name=name), "success")
            mine = values["investigator_id"] == acting_user().id
            page = "credit.record_investigation" if mine else "credit.investigation"
            return redirect(url_for(page, investigation_id=made))
    customer = services.seen_customer(customer_id)
    page = render_template("credit/ask_investigation.html", form=form, customer=customer)
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.investigate")
def record(investigation_id: int) -> Any:
    """Write what was found: kept for later, or done."""
    found = services.investigation_by_id(investigation_id)
    form = findings_form(services.findings_of(found.id))
    if request.method == "GET":
        form.fill(found, services.findings_of(found.id))
    elif form.validate_on_submit():
        done = request.form.get("step") == "done"
        try:
            values = form.values()
            submit_once(form.key, lambda: services.record(investigation_id, **values, done=done).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The investigation is done.") if done else _("What was found so far is kept."), "success")
            return redirect(url_for("credit.investigation", investigation_id=investigation_id))
    found = services.investigation_by_id(investigation_id)
    if not services.may_record(found):
        return redirect(url_for("credit.investigation", investigation_id=investigation_id))
    page = render_template("credit/record_investigation.html", form=form, found=found,
                           customer=services.seen_customer(found.customer_id))  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.investigate")
def cancel(investigation_id: int) -> Any:
    """An investigation is not needed any more."""
    services.investigation_by_id(investigation_id)
    try:
        with writing():
            services.cancel_investigation(investigation_id)
    except Refused as error:
        flash(str(error), "error")
    else:
        flash(_("The investigation is cancelled."), "success")
    return redirect(url_for("credit.investigation", investigation_id=investigation_id))
