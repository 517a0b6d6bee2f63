"""Shipments, invoices, receipts and matchings as files that can be imported again (TRD-01)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import aliased

from kezhi import db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.contributions import Exporter
from kezhi.i18n import lazy_gettext as _l
from kezhi.money import to_units

from ..models import Invoice, Match, Order, Receipt
from ..services.sorts import INVOICE, SHIPMENT, SORTS, Sort

HEADER = ("number", "customer_code", "date", "amount", "currency", "order_number", "status", "external_id")
MATCH_HEADER = ("receipt_number", "invoice_number", "amount")
OWN = {"shipment": "invoice_number", "invoice": "due_date", "receipt": "kind"}


def voucher_exporters() -> list[Exporter]:
    """The exporters of kind ``shipments``, ``invoices``, ``receipts`` and ``matches``."""
    made = [
        Exporter(f"{sort.key}s", sort.plural, "trade.read", (*HEADER, OWN[sort.key]), partial(_rows, sort))
        for sort in SORTS
    ]
    return [*made, Exporter("matches", _l("Matchings"), "trade.read", MATCH_HEADER, _match_rows)]


def _rows(sort: Sort) -> Iterator[Sequence[str]]:
    model, order, invoice = sort.model, Order.__table__, aliased(Invoice.__table__)
    statement = (
        visible(model)
        .join(Customer, Customer.id == model.customer_id)
        .outerjoin(order, order.c.id == model.order_id)
        .with_only_columns(model, Customer.code, order.c.number)
        .order_by(model.id)
        .execution_options(yield_per=1000)
    )
    if sort is SHIPMENT:
        statement = statement.outerjoin(invoice, invoice.c.id == model.invoice_id).add_columns(invoice.c.number)
    for row, code, order_number, *rest in db.session.execute(statement):
        own: Any = rest[0] if rest else row.due_on.isoformat() if sort is INVOICE else row.kind
        yield (
            row.number,
            code or "",
            row.happened_on.isoformat(),
            to_units(row.amount, row.currency),
            row.currency,
            order_number or "",
            row.status,
            row.external_id or "",
            own or "",
        )


def _match_rows() -> Iterator[Sequence[str]]:
    """What settled the invoices that the user sees."""
    matches, receipts = Match.__table__, Receipt.__table__
    statement = (
        visible(Invoice)
        .join(matches, matches.c.invoice_id == Invoice.id)
        .join(receipts, receipts.c.id == matches.c.receipt_id)
        .with_only_columns(receipts.c.number, Invoice.number, matches.c.amount, receipts.c.currency)
        .order_by(matches.c.id)
        .execution_options(yield_per=1000)
    )
    for receipt, invoice, amount, code in db.session.execute(statement):
        yield receipt, invoice, to_units(amount, code)
