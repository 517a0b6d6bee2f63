"""Credit rating sheets: the list, filling one in, and the decision (CRD-01, CRD-02)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from kezhi import ListView, Refused, can, db, localised, requires, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.models import Request
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..documents import sheet_address
from ..forms.sheets import DecisionForm, SheetForm
from ..labels import JUDGEMENT_LABELS, JUDGEMENT_TONES, SHEET_LABELS, STATE_TONES
from ..models import Sheet
from ..services.sheets import class_for
from ..sheet_columns import sheet_columns
from ..sheet_words import facts_said, lines_said, rule_said

WORDS: dict[str, Any] = {
    "judgements": JUDGEMENT_LABELS,
    "judgement_tones": JUDGEMENT_TONES,
    "lines_said": lines_said,
    "facts_said": facts_said,
    "rule_said": rule_said,
    "localised": localised,
}


@requires("credit.read")
def index() -> Any:
    """Every rating sheet of the customers that the user sees."""
    return sheet_list().respond("credit/sheets.html")


def sheet_list() -> ListView:
    """Rating sheets, the newest first."""
    return ListView(
        name="credit.sheets",
        model=Sheet,
        columns=sheet_columns(),
        order=("filled_on", "desc"),
        link=lambda row: url_for("credit.sheet", sheet_id=row.id),
        title=_l("Credit rating sheets"),
        kind=_l("rating sheets"),
        matching=lazy_pgettext("rating sheets", "matching"),
        export_permission="credit.read",
    )


@requires("credit.read")
def show(sheet_id: int) -> Any:
    """One sheet as it was put up; who has the signature decides it here."""
    sheet = services.sheet_by_id(sheet_id)
    return _page(sheet, _decision(sheet))


@requires("credit.read")
def decide(sheet_id: int) -> Any:
    """The decision of who has the signature: the proposed class, or another one with a reason."""
    sheet = services.sheet_by_id(sheet_id)
    form = DecisionForm()
    form.offer(sheet.proposed_id)
    if form.validate_on_submit():
        class_id, reason = int(form.class_id.data), form.reason.data or ""
        try:
            submit_once(form.key, lambda: services.decide_sheet(sheet_id, class_id, reason).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The sheet is decided."), "success")
            return redirect(url_for("credit.sheet", sheet_id=sheet_id))
    page = _page(services.sheet_by_id(sheet_id), form)
    return page, 422 if form.errors or form.form_errors else 200


def _decision(sheet: Sheet) -> DecisionForm | None:
    if not services.may_decide(sheet):
        return None
    form = DecisionForm(formdata=None)
    form.offer(sheet.proposed_id)
    return form


def _page(sheet: Sheet, form: DecisionForm | None) -> str:
    seen = visible(Request).where(Request.id == sheet.request_id).with_only_columns(Request.id)
    return render_template(
        "credit/sheet.html",
        sheet=sheet,
        content=sheet.content,
        form=form,
        customer=services.seen_customer(sheet.customer_id),
        classes={each["id"]: each for each in services.all_classes()},
        title_of=services.title_of,
        states=SHEET_LABELS,
        tones=STATE_TONES,
        request_id=db.session.scalar(seen),
        document=sheet_address(sheet),
        **WORDS,
    )


@requires("credit.investigate")
def fill_in(customer_id: int) -> Any:
    """Propose a class for a customer, on what was found out and on its conduct in trade."""
    customer = services.seen_customer(customer_id)
    investigation = services.valid_investigation(customer.id)
    if investigation is None:
        return render_template("credit/no_sheet.html", customer=customer,
                               can_ask=can("credit.investigate"))  # fmt: skip
    content = services.content_of(customer.id, investigation)
    form = SheetForm()
    form.offer(class_for(services.suggested_key(content)))
    if form.validate_on_submit():
        class_id, opinion = int(form.class_id.data), form.opinion.data or ""
        try:
            made = int(submit_once(form.key, lambda: services.fill_in(customer_id, class_id, opinion).id))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The sheet waits for finance."), "success")
            return redirect(url_for("credit.sheet", sheet_id=made))
    page = render_template("credit/sheet_form.html", form=form, content=content,
                           investigation=services.valid_investigation(customer_id),
                           customer=services.seen_customer(customer_id), **WORDS)  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200
