"""Matchings from a file: which receipt settled how much of which invoice (TRD-01).

A pair of receipt and invoice stands once; a row says what is matched between the two in all, so that a repeated file
changes nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, insert, literal, or_, select, update

from kezhi import bulk_write, clock, db, visible
from kezhi.builtin.imports.contributions import Importer, ImportField, Journaled, Reversal
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_int, field_text, good_rows
from kezhi.builtin.imports.values import parse_code
from kezhi.db import UtcDateTime
from kezhi.figures import sql_divide, sql_total
from kezhi.i18n import _
from kezhi.i18n import lazy_gettext as _l
from kezhi.money import exponent

from ..models import VOID, Invoice, Match, Receipt
from ..services.conversion import by_digits
from ..services.matching import invoices, matches, receipts, refresh
from ..services.sorts import INVOICE, RECEIPT
from .cells import DIGITS
from .messages import message, problem, slot
from .staging import SOURCE
from .vouchers import above_nothing

FIELDS = (
    ImportField("receipt_number", _l("Receipt number"), ("回款单号", "收款单号", "receipt_no"), True, parse_code),
    ImportField("invoice_number", _l("Invoice number"), ("发票号", "发票号码", "invoice_no"), True, parse_code),
    ImportField("amount", _l("Matched amount"), ("核销金额", "金额"), True, above_nothing),
)


def match_importer() -> Importer:
    """The importer of kind ``matches``."""
    return Importer(
        kind="matches",
        title=_l("Matchings"),
        permission="trade.book",
        fields=FIELDS,
        unique=(),
        check=check,
        apply=apply,
        reversal=Reversal(
            Match,
            (Journaled(matches, _of_file, lambda _batch: ("receipt_id", "invoice_id", "amount", "source")),),
            matches.c.id,
            finish=_follow_restored,
        ),
    )


def _of_file(batch: Batch) -> ColumnElement[bool]:
    pairs = _pairs(batch)
    same = select(pairs.c.row).where(_same(pairs))
    found: ColumnElement[bool] = same.exists()
    return found


def _follow_restored(_batch: Batch) -> None:
    refresh(INVOICE)
    refresh(RECEIPT)


def _pairs(batch: Batch) -> Subquery:
    """The good rows with the ids, and the amount in minor units of the invoice's currency."""
    step = by_digits(invoices.c.currency, lambda like: 10 ** (DIGITS - exponent(like)))
    return (
        select(
            Row.row,
            Row.action,
            receipts.c.id.label("receipt_id"),
            invoices.c.id.label("invoice_id"),
            sql_divide(field_int("amount"), step).label("amount"),
            (sql_divide(field_int("amount"), step) * step == field_int("amount")).label("exact"),
        )
        .join(receipts, receipts.c.number == field_text("receipt_number"))
        .join(invoices, invoices.c.number == field_text("invoice_number"))
        .where(*good_rows(batch))
        .subquery("pairs")
    )


def _same(pairs: Subquery) -> ColumnElement[bool]:
    return and_(matches.c.receipt_id == pairs.c.receipt_id, matches.c.invoice_id == pairs.c.invoice_id)


def check(batch: Batch) -> None:
    """Both are there and go together, and nobody matches more than there is."""
    for key, model in (("receipt_number", Receipt), ("invoice_number", Invoice)):
        seen, number = visible(model).with_only_columns(model.number), field_text(key)
        text = _("“%(number)s” is not there. Import it first, or correct the number.", number=slot("number"))
        add_problems(batch, problem(Row.row, text, number=number).where(*good_rows(batch), number.not_in(seen)),
                     column=key)  # fmt: skip
    _check_twice(batch)
    _check_pairs(batch)
    for table, other, key in (("receipt_id", receipts, "receipt_number"), ("invoice_id", invoices, "invoice_number")):
        _check_sums(batch, table, other, key)
    _decide(batch)


def _check_twice(batch: Batch) -> None:
    receipt, invoice = field_text("receipt_number"), field_text("invoice_number")
    parts = (receipt.label("receipt"), invoice.label("invoice"))
    groups = select(*parts).where(*good_rows(batch)).group_by(receipt, invoice).having(func.count() > 1).subquery()
    text = _("The same receipt and invoice stand in several rows: write the sum into one.")
    twice = problem(Row.row, text).join(groups, and_(groups.c.receipt == receipt, groups.c.invoice == invoice))
    add_problems(batch, twice.where(*good_rows(batch)), column="invoice_number")


def _check_pairs(batch: Batch) -> None:
    pairs = _pairs(batch)

    def report(text: str, column: str, wrong: Any) -> None:
        found = (
            select(pairs.c.row, message(text))
            .join(receipts, receipts.c.id == pairs.c.receipt_id)
            .join(invoices, invoices.c.id == pairs.c.invoice_id)
        )
        add_problems(batch, found.where(wrong), column=column)

    text = _("A receipt settles invoices of the same customer only.")
    report(text, "invoice_number", receipts.c.customer_id != invoices.c.customer_id)
    text = _("Receipt and invoice are in different currencies.")
    report(text, "invoice_number", receipts.c.currency != invoices.c.currency)
    text = _("What is void cannot be matched.")
    report(text, "invoice_number", or_(receipts.c.status == VOID, invoices.c.status == VOID))
    report(_("The amount has more decimals than its currency has."), "amount", ~pairs.c.exact)


def _check_sums(batch: Batch, key: str, table: Any, column: str) -> None:
    """What the file says and what is matched with others may not be more than there is."""
    pairs, other = _pairs(batch), matches.alias("other")
    same = and_(other.c.receipt_id == pairs.c.receipt_id, other.c.invoice_id == pairs.c.invoice_id)
    kept = select(other.c[key].label("id"), other.c.amount).where(~select(pairs.c.row).where(same).exists())
    given = select(pairs.c[key].label("id"), pairs.c.amount)
    parts = kept.union_all(given).subquery("parts")
    sums = select(parts.c.id, sql_total(parts.c.amount).label("total")).group_by(parts.c.id).subquery("sums")
    text = _("More would be matched with “%(number)s” than its amount.", number=slot("number"))
    rows = _pairs(batch)
    beyond = (
        select(rows.c.row, message(text, number=table.c.number))
        .join(sums, sums.c.id == rows.c[key])
        .join(table, table.c.id == rows.c[key])
        .where(sums.c.total > table.c.amount)
    )
    add_problems(batch, beyond, column=column)


def _decide(batch: Batch) -> None:
    pairs = _pairs(batch)
    known = select(pairs.c.row, matches.c.id, matches.c.amount, pairs.c.amount.label("wanted"))
    found = known.select_from(pairs).outerjoin(matches, _same(pairs)).subquery("found")
    action = case(
        (found.c.id.is_(None), literal("create")),
        (found.c.amount != found.c.wanted, literal("update")),
        else_=literal("unchanged"),
    )
    statement = (
        update(Row)
        .where(*good_rows(batch), Row.row == found.c.row)
        .values(target_id=found.c.id, action=action)
        .execution_options(synchronize_session=False, kezhi_unscoped=True)
    )
    db.session.execute(statement)


def apply(batch: Batch) -> None:
    """Keep the matchings, then bring open amounts up to date. Who matched meanwhile is refused by the database."""
    now, pairs = clock.now(), _pairs(batch)
    wanted = and_(_same(pairs), pairs.c.action == "update")
    changed = update(matches).where(wanted).values(amount=pairs.c.amount, source=SOURCE, created_at=now)
    new = select(pairs.c.receipt_id, pairs.c.invoice_id, pairs.c.amount, literal(SOURCE), literal(now, UtcDateTime()))
    names = ["receipt_id", "invoice_id", "amount", "source", "created_at"]
    keys = select(matches.c.id).where(matches.c.created_at == now)
    more: dict[str, Any] = {"model": Match, "keys": keys, "action": "match.import", "batch": batch.id}
    bulk_write(changed, change="update", **more)
    bulk_write(insert(matches).from_select(names, new.where(pairs.c.action == "create")), change="create", **more)
    refresh(INVOICE, select(matches.c.invoice_id).where(matches.c.created_at == now))
    refresh(RECEIPT, select(matches.c.receipt_id).where(matches.c.created_at == now))
