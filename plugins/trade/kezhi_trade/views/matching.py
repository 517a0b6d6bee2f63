"""Matching a receipt with invoices, on the receipt's page, and what a voucher's page shows of it (TRD-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from kezhi import Refused, db, requires, visible, writing
from kezhi.builtin.customers.services import may_change
from kezhi.i18n import _, ngettext

from .. import services
from ..forms.reading import minor
from ..models import VOID, Receipt
from ..services.matching import invoices, matches, receipts
from ..services.sorts import INVOICE, RECEIPT, Sort
from .shared import read_version

#: Open invoices that the form offers; more are matched from a file or oldest first.
OFFERED = 50


def context_of(sort: Sort, voucher: Any, typed: Mapping[str, str] | None = None, problem: str = "") -> dict[str, Any]:
    """What the page of an invoice or a receipt shows of the matching."""
    if not sort.is_settled:
        covering = services.find_voucher(INVOICE, voucher.invoice_id) if voucher.invoice_id else None
        return {"invoice": covering, "matches": [], "offered": []}
    left = voucher.amount - voucher.matched
    offered = []
    if sort is RECEIPT and left and voucher.status != VOID and may_change(voucher, "trade.book"):
        offered = services.open_invoices(voucher)
    return {
        "invoice": None,
        "matches": _matches(sort, voucher),
        "left": left,
        "more": max(0, len(offered) - OFFERED),
        "offered": [(row, _suggested(voucher, row, typed)) for row in offered[:OFFERED]],
        "problem": problem,
    }


def _suggested(voucher: Any, row: Any, typed: Mapping[str, str] | None) -> str:
    return typed.get(f"amount-{row.id}", "") if typed is not None else ""


def _matches(sort: Sort, voucher: Any) -> list[Any]:
    """The other side of each matching: number, date and how much."""
    own, other, link = (
        (matches.c.receipt_id, invoices, matches.c.invoice_id)
        if sort is RECEIPT
        else (matches.c.invoice_id, receipts, matches.c.receipt_id)
    )
    statement = (
        select(other.c.id, other.c.number, other.c.happened_on, matches.c.amount, matches.c.source)
        .join(matches, link == other.c.id)
        .where(own == voucher.id)
        .order_by(matches.c.id)
    )
    return list(db.session.execute(statement))


@requires("trade.book")
def match(receipt_id: int) -> Any:
    """Match a receipt: with the amounts typed, or with what is due first."""
    receipt = services.find_voucher(RECEIPT, receipt_id)
    version, code, number = read_version(request.form.get("version")), receipt.currency, receipt.number
    try:
        if request.form.get("how") == "oldest":
            with writing():
                count = services.match_oldest(select(receipts.c.id).where(receipts.c.id == receipt_id))
            if not count:
                raise Refused(_("There is nothing to match: no open invoice, or nothing left on account."))
        else:
            amounts = _typed(code)
            with writing():
                services.match(receipt_id, amounts, version)
    except Refused as error:
        from .vouchers import show_page

        return show_page(RECEIPT, receipt_id, typed=request.form, problem=str(error)), 422
    flash(_("%(record)s is matched.", record=RECEIPT.named(number)), "success")
    return redirect(url_for("trade.receipt", receipt_id=receipt_id))


def _typed(code: str) -> dict[int, int]:
    found = {}
    for name, text in request.form.items():
        key, _dash, number = name.partition("-")
        if key == "amount" and number.isdecimal() and len(number) < 19 and text.strip():
            found[int(number)] = minor(text, code, "amount") or 0
    return found


@requires("trade.book")
def unmatch(receipt_id: int) -> Any:
    """Undo one matching of a receipt."""
    invoice_id = request.form.get("invoice", type=int, default=0)
    services.find_voucher(RECEIPT, receipt_id)
    try:
        with writing():
            services.unmatch(receipt_id, invoice_id)
    except Refused as error:
        flash(str(error), "error")
    else:
        flash(_("The matching is undone: the invoice is open again."), "success")
    return redirect(url_for("trade.receipt", receipt_id=receipt_id))


@requires("trade.book")
def match_all() -> Any:
    """Match what is on account of all customers that the user sees, oldest first."""
    with writing():
        count = services.match_oldest(visible(Receipt).with_only_columns(Receipt.id))
    flash(ngettext("%(num)s matching was made.", "%(num)s matchings were made.", count), "success")
    return redirect(url_for("trade.receipts"))
