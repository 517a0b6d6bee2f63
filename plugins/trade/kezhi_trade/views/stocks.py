"""The pages of stock held for customers (TRD-01)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Conflict, ListView, Refused, can, requires
from kezhi import lazy_gettext as _l
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..columns import stock_columns
from ..forms.stocks import StockForm
from ..models import Stock
from .shared import customer_of, read_version


def stock_list() -> ListView:
    """Stock of the customers that the user sees, the latest month first."""
    return ListView(
        name="trade.stocks",
        model=Stock,
        columns=stock_columns(),
        order=("month", "desc"),
        link=lambda row: url_for("trade.stock", stock_id=row.id),
        title=_l("Stock held for customers"),
        kind=_l("stock records"),
        matching=lazy_pgettext("stock", "matching"),
        export_permission="trade.read",
    )


@requires("trade.read")
def index() -> Any:
    """The list of stock."""
    return stock_list().respond("trade/stocks.html", can_write=can("trade.stock"))


@requires("trade.read")
def show(stock_id: int) -> str:
    """The stock of one customer in one month."""
    stock = services.find_stock(stock_id)
    return render_template(
        "trade/stock.html", stock=stock, customer=customer_of(stock), can_change=can("trade.stock"),
        name=f"{stock.month:%Y-%m}",
    )  # fmt: skip


@requires("trade.stock")
def new() -> Any:
    """Enter stock."""
    form = StockForm()
    if request.method == "GET":
        form.fill_new(request.args.get("customer", "")[:80], request.args.get("month", "")[:7])
    elif form.validate_on_submit():
        try:
            values = form.values()
            stock_id = int(submit_once(form.key, lambda: services.keep_stock(values).id))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The stock is entered."), "success")
            return redirect(url_for("trade.stock", stock_id=stock_id))
    return _form_page(form, None, [])


@requires("trade.stock")
def edit(stock_id: int) -> Any:
    """Change stock."""
    stock = services.find_stock(stock_id)
    form, found = StockForm(), list[Any]()
    if request.method == "GET":
        form.fill(stock, customer_of(stock).code or "")
    elif form.validate_on_submit():
        version = read_version(form.version.data)
        try:
            values = form.values()
            submit_once(form.key, lambda: services.keep_stock(values, stock_id, version).id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            stock = services.find_stock(stock_id)
            found = form.meet(stock, customer_of(stock).code or "")
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The stock is saved."), "success")
            return redirect(url_for("trade.stock", stock_id=stock_id))
    return _form_page(form, services.find_stock(stock_id), found)


def _form_page(form: StockForm, stock: Stock | None, found: list[Any]) -> tuple[str, int]:
    page = render_template("trade/stock_form.html", form=form, stock=stock, differences=found)
    return page, 422 if form.errors or form.form_errors else 200
