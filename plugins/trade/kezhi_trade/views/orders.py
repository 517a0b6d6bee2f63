"""The pages of orders."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Conflict, ListView, Refused, can, currency, requires, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import may_change
from kezhi.builtin.lists.bulk import back_to, confirm_page, selected
from kezhi.builtin.lists.contributions import Board, BulkAction, Calendar
from kezhi.builtin.search.services import list_search
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext, ngettext

from .. import services
from ..columns import order_columns
from ..forms import Difference, OrderForm
from ..labels import SOURCE_LABELS, STATUS_LABELS, STATUS_TONES
from ..models import CANCELLED, Order
from .shared import customer_of, read_version


@requires("trade.read")
def index() -> Any:
    """The list of orders, newest first."""
    return order_list().respond("trade/index.html", can_write=can("trade.write"))


def order_list() -> ListView:
    """Orders as a table, as a board by status, as a calendar of promised dates."""
    return ListView(
        name="trade",
        model=Order,
        columns=order_columns(),
        order=("order_date", "desc"),
        search=list_search("trade", [Order.number]),
        link=lambda row: url_for("trade.show", order_id=row.id),
        title=_l("Trade figures"),
        kind=_l("orders"),
        matching=lazy_pgettext("orders", "matching"),
        search_hint=_l("Order number"),
        export_permission="trade.read",
        faces=(
            Board("status", "trade.move", "trade.write", card=("customer", "amount", "promised_date"), tones=_tone),
            Calendar("promised_date"),
        ),
        actions=(BulkAction("trade.finish", _l("Mark as done"), "trade.finish", "check2-all", "trade.write"),),
    )


def _tone(status: str) -> str:
    return STATUS_TONES[status]


@requires("trade.write")
def move() -> Any:
    """An order was moved to another lane of the board."""
    order = services.find_order(request.form.get("id", type=int, default=0))
    version, lane, number = order.version, request.form.get("lane", ""), order.number
    try:
        with writing():
            if lane == CANCELLED:
                services.cancel_order(order.id, version)
            else:
                services.update_order(order.id, version, {"status": lane})
    except Refused as error:
        flash(str(error), "error")
    else:
        flash(_("Order %(number)s: %(status)s.", number=number, status=STATUS_LABELS[lane]), "success")
    return redirect(back_to(url_for("trade.index", face="board")))


@requires("trade.write")
def finish() -> Any:
    """Ask first, then mark the chosen orders as done."""
    chosen = selected(order_list())
    if request.form.get("confirmed"):
        with writing():
            count = services.finish_orders(chosen.ids)
        flash(ngettext("%(num)s order is done.", "%(num)s orders are done.", count), "success")
        return redirect(back_to(url_for("trade.index")))
    count = services.count_open(chosen.ids)
    effects = [
        ngettext("%(num)s open order is marked as done.", "%(num)s open orders are marked as done.", count),
        _("Orders that are done or cancelled stay as they are."),
    ]
    return confirm_page(chosen, _("Mark the chosen orders as done?"), effects, _("Mark as done"))


@requires("trade.read")
def show(order_id: int) -> str:
    """One order."""
    order = services.find_order(order_id)
    customer = customer_of(order)
    return render_template(
        "trade/show.html",
        order=order,
        customer=customer,
        status_label=STATUS_LABELS[order.status],
        status_tone=STATUS_TONES[order.status],
        source_label=SOURCE_LABELS.get(order.source, order.source),
        company_currency=currency(),
        can_change=may_change(customer, "trade.write") and order.status != CANCELLED,
    )


@requires("trade.write")
def new() -> Any:
    """Enter an order."""
    form = OrderForm()
    if request.method == "GET":
        form.fill_new(request.args.get("customer", ""))
    elif form.validate_on_submit():
        try:
            values = form.values()
            order_id = submit_once(form.key, lambda: services.create_order(values).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("Order %(number)s is entered.", number=values["number"]), "success")
            return redirect(url_for("trade.show", order_id=int(order_id)))
    return _form_page(form, None, [])


@requires("trade.write")
def edit(order_id: int) -> Any:
    """Change an order."""
    order = services.find_order(order_id)
    if order.status == CANCELLED:
        return redirect(url_for("trade.show", order_id=order_id))
    form, differences = OrderForm(), []
    if request.method == "GET":
        form.fill(order, customer_of(order).code or "")
    elif form.validate_on_submit():
        version = read_version(form.version.data)
        try:
            values = form.values()
            submit_once(form.key, lambda: services.update_order(order_id, version, values).id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            order = services.find_order(order_id)
            differences = form.meet(order, customer_of(order).code or "")
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("Order %(number)s is saved.", number=values["number"]), "success")
            return redirect(url_for("trade.show", order_id=order_id))
    return _form_page(form, services.find_order(order_id), differences)


@requires("trade.write")
def cancel(order_id: int) -> Any:
    """Ask first, then cancel."""
    order = services.find_order(order_id)
    if order.status == CANCELLED:
        return redirect(url_for("trade.show", order_id=order_id))
    problem = ""
    if request.method == "POST":
        number = order.number
        try:
            with writing():
                services.cancel_order(order_id, read_version(request.form.get("version")))
        except Refused as error:
            problem = str(error)
        else:
            flash(_("Order %(number)s is cancelled.", number=number), "success")
            return redirect(url_for("trade.show", order_id=order_id))
    order = services.find_order(order_id)
    return render_template("trade/cancel.html", order=order, customer=customer_of(order), problem=problem)


def _form_page(form: OrderForm, order: Order | None, differences: list[Difference]) -> tuple[str, int]:
    page = render_template(
        "trade/form.html", form=form, order=order, differences=differences, company_currency=currency()
    )
    return page, 422 if form.errors or form.form_errors else 200
