"""The pages of shipments, invoices and receipts: the same for each sort (TRD-01)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kezhi import Conflict, ListView, Refused, can, currency, requires, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import may_change
from kezhi.builtin.lists.contributions import Board, Calendar
from kezhi.builtin.search.services import list_search
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..columns import voucher_columns
from ..columns.vouchers import STATES
from ..forms.vouchers import VoucherForm, form_of
from ..labels import AGE_TONES, KIND_LABELS, SETTLED_AGE, SOURCE_LABELS, STATE_TONES
from ..models import VOID
from ..receivables import AGES
from ..services.sorts import INVOICE, RECEIPT, SHIPMENT, SORTS, Sort
from . import matching
from .shared import customer_of, read_version

View = Callable[..., Any]
BOTH = ("GET", "POST")

KINDS: dict[str, Any] = {"shipment": _l("shipments"), "invoice": _l("invoices"), "receipt": _l("receipts")}
TITLES: dict[str, Any] = {
    "shipment": _l("Shipments"), "invoice": _l("Invoices and open items"), "receipt": _l("Receipts")
}  # fmt: skip
NEW: dict[str, Any] = {"shipment": _l("New shipment"), "invoice": _l("New invoice"), "receipt": _l("New receipt")}


def add_pages(pages: Blueprint) -> None:
    """The addresses of all three sorts."""
    for sort in SORTS:
        key, at = sort.key, f"/{sort.key}s"
        one = f"{at}/<int:{key}_id>"
        pages.add_url_rule(at, f"{key}s", requires("trade.read")(_index(sort)))
        pages.add_url_rule(f"{at}/new", f"new_{key}", requires("trade.book")(_new(sort)), methods=BOTH)
        pages.add_url_rule(one, key, requires("trade.read")(_show(sort)))
        pages.add_url_rule(f"{one}/edit", f"edit_{key}", requires("trade.book")(_edit(sort)), methods=BOTH)
        pages.add_url_rule(f"{one}/void", f"void_{key}", requires("trade.book")(_void(sort)), methods=BOTH)


def voucher_list(sort: Sort) -> ListView:
    """Vouchers as a table; invoices also as a board by age and on the days they are due."""
    model, board = sort.model, Board("state", card=("customer", "amount", "happened_on"), tones=_tone_of_state)
    faces: tuple[Any, ...] = (board, Calendar("happened_on"))
    if sort is INVOICE:
        lanes = [name for name, _last in AGES]
        board = Board("age", lanes=lanes, card=("customer", "open", "due_on"), tones=_tone_of_age)
        faces = (board, Calendar("due_on"))
    return ListView(
        name=f"trade.{sort.key}s",
        model=model,
        columns=voucher_columns(sort),
        order=("happened_on", "desc"),
        search=list_search(f"trade.{sort.key}s", [model.number]),
        link=lambda row: address(sort, row.id),
        title=TITLES[sort.key],
        kind=KINDS[sort.key],
        matching=lazy_pgettext("vouchers", "matching"),
        search_hint=_l("Record number"),
        export_permission="trade.read",
        faces=faces,
    )


def _tone_of_age(age: str) -> str:
    return AGE_TONES.get(age, AGE_TONES[SETTLED_AGE])


def _tone_of_state(state: str) -> str:
    return STATE_TONES[state]


def address(sort: Sort, voucher_id: int, page: str = "") -> str:
    """The page of a voucher, or another one of it (``edit_``, ``void_``)."""
    values: dict[str, Any] = {f"{sort.key}_id": voucher_id}
    return url_for(f"trade.{page}{sort.key}", **values)


def _index(sort: Sort) -> View:
    def index() -> Any:
        return voucher_list(sort).respond("trade/vouchers.html", sort=sort, can_write=can("trade.book"))

    return index


def _show(sort: Sort) -> View:
    def show(**given: int) -> str:
        (voucher_id,) = given.values()
        return show_page(sort, voucher_id)

    return show


def show_page(sort: Sort, voucher_id: int, **more: Any) -> str:
    """One voucher, with what it settled or was settled by."""
    voucher = services.find_voucher(sort, voucher_id)
    context, customer = matching.context_of(sort, voucher, **more), customer_of(voucher)
    return render_template(
        "trade/voucher.html",
        sort=sort,
        heading=sort.named(voucher.number),
        list_title=TITLES[sort.key],
        voucher=voucher,
        customer=customer,
        state=_state(sort, voucher),
        kind_label=KIND_LABELS[voucher.kind] if sort is RECEIPT else "",
        sources=SOURCE_LABELS,
        company_currency=currency(),
        edit_url=address(sort, voucher_id, "edit_"),
        void_url=address(sort, voucher_id, "void_"),
        can_change=may_change(customer, "trade.book") and voucher.status != VOID,
        **context,
    )


def _state(sort: Sort, voucher: Any) -> tuple[Any, str]:
    if voucher.status == VOID:
        key = "void"
    elif sort is SHIPMENT:
        key = "full" if voucher.invoice_id else "open"
    else:
        key = "full" if voucher.matched == voucher.amount else "part" if voucher.matched else "open"
    return STATES[sort.key][key], STATE_TONES[key]


def _new(sort: Sort) -> View:
    def new() -> Any:
        form = form_of(sort)
        if request.method == "GET":
            form.fill_new(request.args)
        elif form.validate_on_submit():
            try:
                values = form.values()
                voucher_id = int(submit_once(form.key, lambda: services.create_voucher(sort, values).id))
            except Refused as error:
                fill_errors(form, error)
            else:
                flash(_("%(record)s is entered.", record=sort.named(values["number"])), "success")
                return redirect(address(sort, voucher_id))
        return _form_page(sort, form, None, [])

    return new


def _edit(sort: Sort) -> View:
    def edit(**given: int) -> Any:
        (voucher_id,) = given.values()
        voucher = services.find_voucher(sort, voucher_id)
        if voucher.status == VOID:
            return redirect(address(sort, voucher_id))
        form, differences = form_of(sort), []
        if request.method == "GET":
            form.fill(voucher, customer_of(voucher).code or "")
        elif form.validate_on_submit():
            version = read_version(form.version.data)
            try:
                values = form.values()
                submit_once(form.key, lambda: services.update_voucher(sort, voucher_id, version, values).id)
            except Conflict as conflict:
                fill_errors(form, conflict)
                voucher = services.find_voucher(sort, voucher_id)
                differences = form.meet(voucher, customer_of(voucher).code or "")
            except Refused as error:
                fill_errors(form, error)
            else:
                flash(_("%(record)s is saved.", record=sort.named(values["number"])), "success")
                return redirect(address(sort, voucher_id))
        return _form_page(sort, form, services.find_voucher(sort, voucher_id), differences)

    return edit


def _void(sort: Sort) -> View:
    def void(**given: int) -> Any:
        """Ask first, then void."""
        (voucher_id,) = given.values()
        voucher = services.find_voucher(sort, voucher_id)
        if voucher.status == VOID:
            return redirect(address(sort, voucher_id))
        problem = ""
        if request.method == "POST":
            number = voucher.number
            try:
                with writing():
                    services.void_voucher(sort, voucher_id, read_version(request.form.get("version")))
            except Refused as error:
                problem = str(error)
            else:
                flash(_("%(record)s is void.", record=sort.named(number)), "success")
                return redirect(address(sort, voucher_id))
        voucher = services.find_voucher(sort, voucher_id)
        return render_template(
            "trade/void.html", sort=sort, voucher=voucher, heading=sort.named(voucher.number),
            list_title=TITLES[sort.key], customer=customer_of(voucher), problem=problem,
            show_url=address(sort, voucher_id),
        )  # fmt: skip

    return void


def _form_page(sort: Sort, form: VoucherForm, voucher: Any, differences: list[Any]) -> tuple[str, int]:
    page = render_template(
        "trade/voucher_form.html",
        sort=sort,
        title=_("Edit: %(record)s", record=sort.named(voucher.number)) if voucher else NEW[sort.key],
        list_title=TITLES[sort.key],
        form=form,
        voucher=voucher,
        differences=differences,
        company_currency=currency(),
        payment_days=services.payment_days(),
        back_url=address(sort, voucher.id) if voucher else url_for(f"trade.{sort.key}s"),
    )
    return page, 422 if form.errors or form.form_errors else 200
