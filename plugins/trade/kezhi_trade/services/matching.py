"""Which receipt settled which invoice: by hand, oldest first, and what stays open (TRD-01).

What is matched is the sum of the matches, written onto invoices and receipts set-based by :func:`refresh`. Whatever
happens at the same moment, the database refuses to keep more matched than there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, delete, func, insert, literal, or_, select, update

from kezhi import Refused, audit_record, bulk_write, clock, currency, db, visible
from kezhi.db import UtcDateTime
from kezhi.figures import sql_int, sql_total
from kezhi.i18n import _
from kezhi.money import display

from ..models import VALID, VOID, Invoice, Match, Rate, Receipt
from .conversion import month_start, running_total, sql_at, sql_factors
from .sorts import INVOICE, RECEIPT, Sort
from .vouchers import find_voucher

# Tables, not classes: what is matched is the whole truth about a voucher, whoever's change touched it.
invoices, receipts, matches, rates = Invoice.__table__, Receipt.__table__, Match.__table__, Rate.__table__


def open_invoices(receipt: Receipt) -> list[Any]:
    """The invoices that a receipt can settle, the one due first before all others: (id, number, due_on, open)."""
    left = (invoices.c.amount - invoices.c.matched).label("open")
    columns = (invoices.c.id, invoices.c.number, invoices.c.happened_on, invoices.c.due_on, invoices.c.amount, left)
    statement = select(*columns).where(
        invoices.c.customer_id == receipt.customer_id,
        invoices.c.currency == receipt.currency,
        *is_open(invoices),
    )
    return list(db.session.execute(statement.order_by(invoices.c.due_on, invoices.c.id)))


def is_open(table: Any) -> tuple[ColumnElement[bool], ...]:
    """Of which something is left."""
    return (table.c.status == VALID, table.c.matched < table.c.amount)


def match(receipt_id: int, amounts: Mapping[int, int], version: int | None = None) -> None:
    """Settle invoices (their ids) with amounts of a receipt, in its currency, on top of what was matched before.

    Errors: ``NotFound``; ``Refused`` for another customer's invoice, another currency, or more than is left.
    """
    receipt = _locked(receipt_id, version)
    wanted = {invoice_id: amount for invoice_id, amount in amounts.items() if amount}
    if not wanted:
        raise Refused(_("Write an amount beside one invoice at least."))
    if any(amount < 0 for amount in wanted.values()):
        raise Refused(_("Write an amount above 0, with tax."))
    _check_invoices(receipt, wanted)
    if sum(wanted.values()) > receipt.amount - receipt.matched:
        left = display(receipt.amount - receipt.matched, receipt.currency)
        raise Refused(_("Of this receipt only %(amount)s is left to match.", amount=left))
    pair = and_(matches.c.receipt_id == receipt_id, matches.c.invoice_id.in_(wanted))
    stored = db.session.execute(select(matches.c.invoice_id, matches.c.amount).where(pair))
    before = {row.invoice_id: row.amount for row in stored}
    db.session.execute(delete(matches).where(pair))
    now = clock.now()
    rows = [
        {"receipt_id": receipt_id, "invoice_id": invoice_id, "amount": amount + before.get(invoice_id, 0),
         "source": "page", "created_at": now}
        for invoice_id, amount in wanted.items()
    ]  # fmt: skip
    db.session.execute(insert(matches), rows)
    refresh(INVOICE, list(wanted))
    refresh(RECEIPT, [receipt_id])
    audit_record("receipt.match", "trade_receipt", receipt_id, invoices=len(wanted))


def unmatch(receipt_id: int, invoice_id: int) -> None:
    """Undo what a receipt settled of an invoice: it is open again, and the amount is back on account."""
    _locked(receipt_id, None)
    pair = and_(matches.c.receipt_id == receipt_id, matches.c.invoice_id == invoice_id)
    result: Any = db.session.execute(delete(matches).where(pair))
    if not result.rowcount:
        raise Refused(_("This matching was undone already."))
    refresh(INVOICE, [invoice_id])
    refresh(RECEIPT, [receipt_id])
    audit_record("receipt.unmatch", "trade_receipt", receipt_id, invoice=invoice_id)


def match_oldest(of: Select[Any] | None = None) -> int:
    """Settle what is open with what is on account, the invoice due first with the money that came first.

    ``of`` is a select of ids of receipts, None for all. Every customer and currency by itself; one statement for all
    of them. Returns how many matches were made.
    """
    _lock(of)
    new, now = _overlaps(of), clock.now()
    fresh = select(
        new.c.receipt_id, new.c.invoice_id, new.c.amount, literal("matching"), literal(now, UtcDateTime())
    )  # fmt: skip
    pairs = select(new.c.receipt_id, new.c.invoice_id, new.c.amount).subquery("pairs")
    known = and_(matches.c.receipt_id == pairs.c.receipt_id, matches.c.invoice_id == pairs.c.invoice_id)
    added = {"amount": matches.c.amount + pairs.c.amount, "source": "matching", "created_at": now}
    grown: Any = db.session.execute(update(matches).where(known).values(added))
    there = select(literal(1)).where(matches.c.receipt_id == new.c.receipt_id, matches.c.invoice_id == new.c.invoice_id)
    names = ["receipt_id", "invoice_id", "amount", "source", "created_at"]
    result: Any = db.session.execute(
        insert(matches).from_select(names, fresh.where(~there.exists())), execution_options={"preserve_rowcount": True}
    )
    count = int(grown.rowcount) + int(result.rowcount)
    if count:
        touched = matches.c.created_at == now
        refresh(INVOICE, select(matches.c.invoice_id).where(touched))
        refresh(RECEIPT, select(matches.c.receipt_id).where(touched))
        audit_record("receipt.match_oldest", "trade_receipt", count=count)
    return count


def _overlaps(of: Select[Any] | None) -> Subquery:
    """Money and debts of a customer laid end to end: where two overlap, the one settles the other, by so much."""
    mine = [] if of is None else [receipts.c.id.in_(of)]
    money, debt = _laid(receipts, receipts.c.happened_on, *mine), _laid(invoices, invoices.c.due_on)
    upper = case((money.c.upto < debt.c.upto, money.c.upto), else_=debt.c.upto)
    lower = case((money.c.since > debt.c.since, money.c.since), else_=debt.c.since)
    same = and_(
        money.c.customer_id == debt.c.customer_id,
        money.c.currency == debt.c.currency,
        money.c.since < debt.c.upto,
        debt.c.since < money.c.upto,
    )
    return (
        select(money.c.id.label("receipt_id"), debt.c.id.label("invoice_id"), (upper - lower).label("amount"))
        .join(debt, same)
        .subquery("overlaps")
    )


def _laid(table: Any, day: Any, *where: Any) -> Subquery:
    left = table.c.amount - table.c.matched
    upto = running_total(left, (table.c.customer_id, table.c.currency), (day, table.c.id))
    return (
        select(table.c.id, table.c.customer_id, table.c.currency, upto.label("upto"), (upto - left).label("since"))
        .where(*is_open(table), *where)
        .subquery()
    )


# ── what follows from the matches ───────────────────────────────────────────────────────────────────────────────


def settled(sort: Sort) -> Subquery:
    """Per voucher what is matched and what is left, as the matches and rates give it: (id, matched, base_open)."""
    table = sort.table
    own = matches.c.invoice_id if sort is INVOICE else matches.c.receipt_id
    sums = select(own.label("id"), sql_total(matches.c.amount).label("matched")).group_by(own).subquery()
    matched = func.coalesce(sums.c.matched, sql_int(0))
    at_rate = and_(rates.c.currency == table.c.currency, rates.c.month == month_start(table.c.happened_on))
    factor, divisor = sql_factors(table.c.currency, rates.c.rate, currency())
    inner = (
        select(
            table.c.id,
            table.c.status,
            matched.label("matched"),
            (table.c.amount - matched).label("left"),
            factor.label("factor"),
            divisor.label("divisor"),
        )
        .outerjoin(sums, sums.c.id == table.c.id)
        .outerjoin(rates, at_rate)
        .subquery()
    )
    base = sql_at(inner.c.left, inner.c.factor, inner.c.divisor)
    base_open = case((inner.c.status == VOID, sql_int(0)), else_=base)
    return select(inner.c.id, inner.c.matched, base_open.label("base_open")).subquery("settled")


def stale(sort: Sort) -> Select[Any]:
    """Ids of vouchers whose matched or open amount is not what the matches and rates give."""
    new = settled(sort)
    return select(sort.table.c.id).join(new, new.c.id == sort.table.c.id).where(_differs(sort.table, new))


def refresh(sort: Sort, ids: Any = None) -> int:
    """Bring matched and open amounts of ``ids`` (a list, a select, None for all) up to date. Returns how many moved."""
    table, now = sort.table, clock.now()
    new = settled(sort)
    chosen = [] if ids is None else [table.c.id.in_(ids)]
    statement = (
        update(table)
        .where(table.c.id == new.c.id, _differs(table, new), *chosen)
        .values(matched=new.c.matched, base_open=new.c.base_open, version=table.c.version + 1, updated_at=now)
    )
    keys: Any = ids if isinstance(ids, list) else select(table.c.id).where(table.c.updated_at == now)
    count = bulk_write(statement, model=sort.model, change="update", keys=keys, action=f"{sort.key}.settle")
    db.session.expire_all()
    return count


def _differs(table: Any, new: Subquery) -> ColumnElement[bool]:
    return or_(table.c.matched != new.c.matched, table.c.base_open != new.c.base_open)


# ── checks ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _locked(receipt_id: int, version: int | None) -> Receipt:
    """The receipt, kept from others until the end of the transaction. Errors: ``NotFound``; ``Refused`` if void."""
    statement = visible(Receipt).where(Receipt.id == receipt_id).with_for_update()
    receipt: Receipt = find_voucher(RECEIPT, receipt_id)
    db.session.execute(statement.execution_options(populate_existing=True)).scalar_one()
    if receipt.status == VOID:
        raise Refused(_("%(record)s is void and stays as it is.", record=RECEIPT.named(receipt.number)))
    if version is not None and receipt.version != version:
        raise Refused(_("Something was matched meanwhile. Look at the amounts again."))
    return receipt


def _check_invoices(receipt: Receipt, wanted: Mapping[int, int]) -> None:
    columns = (invoices.c.id, invoices.c.number, invoices.c.customer_id, invoices.c.currency, invoices.c.status,
               (invoices.c.amount - invoices.c.matched).label("left"))  # fmt: skip
    seen = visible(Invoice).with_only_columns(Invoice.id)
    statement = select(*columns).where(invoices.c.id.in_(list(wanted)), invoices.c.id.in_(seen))
    found = {row.id: row for row in db.session.execute(statement.order_by(invoices.c.id).with_for_update())}
    for invoice_id, amount in wanted.items():
        row = found.get(invoice_id)
        if row is None or row.customer_id != receipt.customer_id:
            raise Refused(_("A receipt settles invoices of the same customer only."))
        if row.currency != receipt.currency:
            raise Refused(_("%(record)s is in another currency.", record=INVOICE.named(row.number)))
        if row.status == VOID or amount > row.left:
            left = display(0 if row.status == VOID else row.left, row.currency)
            reason = _("Of %(record)s only %(amount)s is open.", record=INVOICE.named(row.number), amount=left)
            raise Refused(reason)


def _lock(of: Select[Any] | None) -> None:
    """Keep the receipts and the open invoices of their customers from others until the end of the transaction."""
    mine = [] if of is None else [receipts.c.id.in_(of)]
    db.session.execute(select(receipts.c.id).where(*is_open(receipts), *mine).with_for_update()).all()
    whose = select(receipts.c.customer_id).where(*is_open(receipts), *mine)
    theirs = (*is_open(invoices), invoices.c.customer_id.in_(whose))
    db.session.execute(select(invoices.c.id).where(*theirs).order_by(invoices.c.id).with_for_update()).all()
