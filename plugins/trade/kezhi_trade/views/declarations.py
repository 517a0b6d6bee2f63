"""The pages of declared figures (TRD-07)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import ListView, NotFound, Refused, can, currency, requires, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import customer_by_code, may_change
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext, ngettext

from .. import services
from ..columns import declaration_columns
from ..forms import declaration_form
from ..forms.declarations import PREFIX
from ..labels import SOURCE_LABELS
from ..models import MONEY, RATIO, Declaration
from ..services.declarations import figure_of
from ..services.figures import figures_in_use, title_of
from .shared import customer_of


@requires("trade.read")
def index() -> Any:
    """The list of declarations, the latest first."""
    can_declare = can("trade.declare")
    return declaration_list().respond(
        "trade/declarations.html",
        can_declare=can_declare,
        can_import=can_declare and can("imports.use"),
        can_keep=can("trade.figures"),
    )


def declaration_list() -> ListView:
    """Every declaration of the customers that the user sees, superseded and withdrawn ones too."""
    return ListView(
        name="trade.declarations",
        model=Declaration,
        columns=declaration_columns(),
        order=("declared_on", "desc"),
        search=[Declaration.stated_in],
        link=lambda row: url_for("trade.declaration", declaration_id=row.id),
        title=_l("Declared figures"),
        kind=_l("declarations"),
        matching=lazy_pgettext("declarations", "matching"),
        search_hint=_l("Stated in"),
        export_permission="trade.read",
    )


@requires("trade.read")
def show(declaration_id: int) -> str:
    """One declaration, and all others of the same figure."""
    declaration = services.find_declaration(declaration_id)
    figure, customer = figure_of(declaration), customer_of(declaration)
    return render_template(
        "trade/declaration.html",
        declaration=declaration,
        customer=customer,
        figure=figure,
        title=title_of(figure),
        history=services.history(declaration),
        source_label=SOURCE_LABELS.get(declaration.source, declaration.source),
        can_withdraw=may_change(customer, "trade.declare") and declaration.withdrawn_at is None,
    )


@requires("trade.declare")
def new() -> Any:
    """Enter what a customer declares for a year."""
    form = declaration_form()
    if request.method == "GET":
        form.fill_new(request.args.get("customer", ""))
    elif form.validate_on_submit():
        try:
            given, customer_id = form.values(), form.customer_id()
            day, source = form.declared_on.data, form.stated_in.data or ""
            count = int(
                submit_once(
                    form.key, lambda: len(services.declare(customer_id, form.year.data, day, source, given))
                )
            )  # fmt: skip
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(ngettext("%(num)s figure is on record.", "%(num)s figures are on record.", count), "success")
            return redirect(url_for("customers.show", customer_id=customer_id, tab="trade"))
    return _form_page(form)


@requires("trade.declare")
def withdraw(declaration_id: int) -> Any:
    """Ask first, then withdraw."""
    declaration, problem = services.find_declaration(declaration_id), ""
    if request.method == "POST":
        try:
            with writing():
                services.withdraw(declaration_id)
        except Refused as error:
            problem = str(error)
        else:
            flash(_("The declaration is withdrawn."), "success")
            return redirect(url_for("trade.declaration", declaration_id=declaration_id))
        declaration = services.find_declaration(declaration_id)
    elif declaration.withdrawn_at is not None:
        return redirect(url_for("trade.declaration", declaration_id=declaration_id))
    figure = figure_of(declaration)
    return render_template(
        "trade/withdraw.html",
        declaration=declaration,
        customer=customer_of(declaration),
        title=title_of(figure),
        problem=problem,
    )


def _form_page(form: Any) -> tuple[str, int]:
    """The form; beside each control what the customer's figure is now."""
    units = {MONEY: currency(), RATIO: "%"}
    now: dict[int, Declaration] = {}
    with suppress(NotFound):  # nobody known yet
        now = services.current(customer_by_code(form.customer.data or "").id)
    controls = [
        (form[PREFIX + figure["key"]], units.get(figure["unit"], ""), now.get(figure["id"]))
        for figure in figures_in_use()
    ]
    page = render_template("trade/declare.html", form=form, controls=controls)
    return page, 422 if form.errors or form.form_errors else 200
