"""The pages of credit classes (CRD-01, CRD-03)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, Refused, can, currency, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..forms import ClassForm
from ..forms.reading import write_percent
from ..labels import DELIVERY_LABELS, DELIVERY_TONES, SECURITY_LABELS, WAY_LABELS
from ..services.classes import usage

WORDS = {
    "deliveries": DELIVERY_LABELS,
    "delivery_tones": DELIVERY_TONES,
    "securities": SECURITY_LABELS,
    "way_labels": WAY_LABELS,
    "percent": write_percent,
}


@requires("credit.read")
def index() -> str:
    """Every class with its terms."""
    return render_template(
        "credit/classes.html", classes=services.all_classes(), usage=usage(), title_of=services.title_of,
        can_keep=can("credit.classes"), **WORDS,
    )  # fmt: skip


@requires("credit.read")
def show(class_id: int) -> str:
    """One class: its terms, and what they were before."""
    return render_template(
        "credit/class.html", row=services.class_by_id(class_id), versions=services.versions_of(class_id),
        title_of=services.title_of, can_keep=can("credit.classes"), **WORDS,
    )  # fmt: skip


@requires("credit.classes")
def new() -> Any:
    """A further class."""
    form = ClassForm()
    if form.validate_on_submit():
        try:
            class_id = int(submit_once(form.key, lambda: services.add_class(form.values())))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The class is there. Customers can be rated in it."), "success")
            return redirect(url_for("credit.credit_class", class_id=class_id))
    return _page(form, None)


@requires("credit.classes")
def edit(class_id: int) -> Any:
    """Other terms for a class: a new version, with the reason."""
    row, form = services.class_by_id(class_id), ClassForm()
    if request.method == "GET":
        form.fill(row)
    elif form.validate_on_submit():
        try:
            version = int(form.version.data or "")
        except ValueError:
            abort(400)
        try:
            values, reason = form.values(), form.reason.data or ""
            submit_once(form.key, lambda: services.change_class(class_id, version, values, reason))
        except Conflict as error:
            fill_errors(form, error)
            row = services.class_by_id(class_id)
            form.version.data = str(row["version"])
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The terms are saved. They hold from now on."), "success")
            return redirect(url_for("credit.credit_class", class_id=class_id))
    return _page(form, row)


@requires("credit.classes")
def retire(class_id: int) -> Any:
    """Give a class to nobody any more, or again."""
    with writing():
        services.set_retired(class_id, request.form.get("what") == "retire")
    return redirect(url_for("credit.credit_class", class_id=class_id))


def _page(form: ClassForm, row: dict[str, Any] | None) -> tuple[str, int]:
    page = render_template("credit/class_form.html", form=form, row=row, unit=currency())
    return page, 422 if form.errors or form.form_errors else 200
