"""What a customer's page shows of what they owe: by age, the open invoices, what is on account (TRD-01)."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from flask import url_for
from sqlalchemy import Select, bindparam, select

from kezhi import BigInt, Panel, TimelineEntry, User, clock, currency, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change, rows_of
from kezhi.builtin.timeline.contributions import Source
from kezhi.i18n import _
from kezhi.money import display

from ..labels import AGE_LABELS, AGE_TONES, KIND_LABELS
from ..models import VALID, VOID, Invoice, Receipt
from ..receivables import AGES, MONEY, receivables
from ..services.sorts import INVOICE, RECEIPT, SORTS
from .shared import day_of, list_of, start_of

LATEST = 6


@lru_cache(maxsize=4)
def _figures(day: date, _company: str) -> Select[Any]:
    """The statement of one customer's figures, which takes longer to write than to execute: kept for the day, and for
    the company's currency, which stands in it.
    """
    table = Customer.__table__
    return receivables(select(table.c.id).where(table.c.id == bindparam("trade_customer", type_=BigInt)), day)


def figures_of(customer: Customer) -> dict[str, int]:
    """The figures of one customer today; who sees the customer sees them."""
    statement = _figures(clock.today(), currency())
    row = db.session.execute(statement, {"trade_customer": customer.id}).mappings().first()
    return dict(row) if row is not None else dict.fromkeys((*MONEY, "overdue_days_max"), 0)


def receivable_panels(record: Any, user: User) -> list[Panel]:
    """The ageing table, open invoices and what is on account."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    may_enter = bool(record.code and may_change(record, "trade.book", user))

    def context() -> dict[str, Any]:
        found = figures_of(record)
        return {
            "figures": found,
            "ages": [(AGE_LABELS[name], AGE_TONES[name], found[name]) for name, _last in AGES],
            "owed": sum(found[name] for name, _last in AGES),
            "today": clock.today(),
            "open": _open(record),
            "links": [(sort.plural, list_of(record, f"trade.{sort.key}s")) for sort in SORTS],
            "new": [(sort.title, url_for(f"trade.new_{sort.key}", customer=record.code)) for sort in SORTS]
            if may_enter
            else [],
        }

    return [
        Panel(
            _l("Receivables"),
            "trade/receivables_panel.html",
            context,
            icon="hourglass-split",
            link=list_of(record, "trade.invoices"),
            link_text=_l("All invoices"),
            order=30,
            tab="trade",
        )
    ]


def _open(customer: Customer) -> list[Invoice]:
    statement = rows_of(Invoice.customer_id, customer.id).where(
        Invoice.status == VALID, Invoice.matched < Invoice.amount
    )
    return list(db.session.execute(statement.order_by(Invoice.due_on, Invoice.id).limit(LATEST)).scalars())


def receivable_sources(record: Any, user: User) -> list[Source]:
    """What invoices and receipts tell in the timeline of their customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    return [
        Source("trade.invoice", INVOICE.plural, partial(_invoices, record), order=41),
        Source("trade.receipt", RECEIPT.plural, partial(_receipts, record), order=42),
    ]


def _invoices(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=start_of(row.happened_on),
            title=INVOICE.named(row.number),
            icon=INVOICE.icon,
            tone="gray" if row.status == VOID else "blue",
            text=_("%(amount)s, due on %(day)s", amount=display(row.amount, row.currency), day=row.due_on.isoformat()),
            url=url_for("trade.invoice", invoice_id=row.id),
        )
        for row in _latest(Invoice, customer, limit, day_of(until))
    ]


def _receipts(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=start_of(row.happened_on),
            title=RECEIPT.named(row.number),
            icon=RECEIPT.icon,
            tone="gray" if row.status == VOID else "green",
            text=f"{display(row.amount, row.currency)} · {KIND_LABELS[row.kind]}",
            url=url_for("trade.receipt", receipt_id=row.id),
        )
        for row in _latest(Receipt, customer, limit, day_of(until))
    ]


def _latest(model: Any, customer: Customer, limit: int, until: date | None) -> list[Any]:
    statement = rows_of(model.customer_id, customer.id)
    if until is not None:
        statement = statement.where(model.happened_on <= until)
    newest = statement.order_by(model.happened_on.desc(), model.id.desc()).limit(limit)
    return list(db.session.execute(newest).scalars())
