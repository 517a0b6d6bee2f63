"""Shipments, invoices and receipts from files: recognised by number, repeated without effect (TRD-01)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, literal, or_, select, update

from kezhi import Refused, bulk_write, clock, currency, db, visible
from kezhi.builtin.customers.importer import check_customers
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.contributions import Importer, ImportField, Journaled, Reversal
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_text, good_rows
from kezhi.builtin.imports.values import parse_code, parse_currency, parse_date
from kezhi.bulk import MOST_KEYS
from kezhi.db import UtcDateTime
from kezhi.figures import sql_int
from kezhi.i18n import _
from kezhi.i18n import lazy_gettext as _l
from kezhi.money import LARGEST

from ..models import CREDIT, DEPOSIT, PAYMENT, VALID, VOID, Invoice, Order
from ..services.matching import refresh
from ..services.rates import missing_rate
from ..services.sorts import INVOICE, RECEIPT, SHIPMENT, SORTS, Sort
from .cells import read_amount
from .common import CUSTOMER_CODE, check_external_ids, check_numbers, decide, wanted_rows
from .messages import message, problem, slot
from .staging import columns_of, invoices, resolve, staged

STATUS_WORDS = {VALID: ("valid", "有效", "正常"), VOID: ("void", "cancelled", "canceled", "作废", "已作废", "取消")}
KIND_WORDS = {
    PAYMENT: ("payment", "回款", "收款", "货款"),
    DEPOSIT: ("deposit", "advance", "预收", "预收款", "定金", "订金"),
    CREDIT: ("credit", "credit note", "红字", "红冲", "红字发票", "折让"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """How files call what the sorts call differently."""

    kind: str
    number: tuple[str, ...]
    day: tuple[str, ...]
    amount: tuple[str, ...]


WORDS = {
    "shipment": Words("shipments", ("出货单号", "发货单号", "送货单号", "shipment_no"),
                      ("出货日期", "发货日期", "shipped_on"), ("出货金额", "发货金额")),
    "invoice": Words("invoices", ("发票号", "发票号码", "invoice_no"), ("开票日期", "发票日期", "invoice_date"),
                     ("开票金额", "发票金额", "含税金额", "价税合计")),
    "receipt": Words("receipts", ("回款单号", "收款单号", "receipt_no"), ("回款日期", "收款日期", "received_on"),
                     ("回款金额", "收款金额")),
}  # fmt: skip


def voucher_importers() -> list[Importer]:
    """The importers of kind ``shipments``, ``invoices`` and ``receipts``."""
    return [_importer(sort) for sort in SORTS]


def _importer(sort: Sort) -> Importer:
    own = tuple(columns_of(sort))
    return Importer(
        kind=WORDS[sort.key].kind,
        title=sort.plural,
        permission="trade.book",
        fields=_fields(sort),
        unique=("number",),
        check=partial(check, sort),
        apply=partial(apply, sort),
        reversal=Reversal(
            sort.model,
            (Journaled(sort.table, partial(_of_file, sort), lambda _batch: own, customer="customer_id"),),
            sort.table.c.number,
            finish=partial(_follow_restored, sort),
        ),
    )


def _fields(sort: Sort) -> tuple[ImportField, ...]:
    words = WORDS[sort.key]
    common = (
        ImportField("number", _l("Record number"), ("单号", *words.number), True, parse_code),
        CUSTOMER_CODE,
        ImportField("date", _l("Date"), ("日期", *words.day), True, parse_date),
        ImportField("amount", _l("Amount with tax"), ("金额", *words.amount), True, above_nothing),
        ImportField("currency", _l("Currency"), ("币种", "币别", "货币"), parse=parse_currency),
        ImportField("order_number", _l("Order number"), ("订单号", "订单编号", "order_no"), parse=parse_code),
        ImportField("status", _l("Status"), ("状态",), parse=partial(_read_word, STATUS_WORDS)),
        ImportField("external_id", _l("External id"), ("外部编号", "外部单号", "erp_id"), parse=parse_code),
    )  # fmt: skip
    if sort is INVOICE:
        return (*common, ImportField("due_date", _l("Due date"), ("到期日", "应收日期", "due_on"), parse=parse_date))
    if sort is RECEIPT:
        kinds = partial(_read_word, KIND_WORDS)
        return (*common, ImportField("kind", _l("Kind of receipt"), ("类型", "款项性质"), parse=kinds))
    number = ImportField("invoice_number", _l("Invoice number"), ("发票号", "发票号码", "invoice_no"), parse=parse_code)
    return (*common, number)


def above_nothing(text: str) -> int:
    value = read_amount(text)
    if not value:
        raise Refused(_("Write an amount above 0, with tax."))
    return value


def _read_word(words: dict[str, tuple[str, ...]], text: str) -> str:
    for value, names in words.items():
        if text.strip().lower() in names:
            return value
    choices = ", ".join(names[0] for names in words.values())
    raise Refused(_("“%(value)s” is none of: %(choices)s.", value=text, choices=choices))


def _of_file(sort: Sort, batch: Batch) -> ColumnElement[bool]:
    numbers = select(field_text("number")).where(*good_rows(batch), Row.action.in_(("create", "update")))
    mine: ColumnElement[bool] = sort.table.c.number.in_(numbers)
    return mine


def _follow_restored(sort: Sort, _batch: Batch) -> None:
    if sort.is_settled:
        refresh(sort)


# ── check ───────────────────────────────────────────────────────────────────────────────────────────────────────


def check(sort: Sort, batch: Batch) -> None:
    """Report what only the database can tell, and say what each good row would do."""
    check_customers(batch)
    _check_numbers(sort, batch)
    _check_link(batch, "order_number", Order)
    if sort is SHIPMENT:
        _check_link(batch, "invoice_number", Invoice)
    resolve(sort, batch)
    _check_staged(sort, batch)
    decide(batch, staged)


def _check_numbers(sort: Sort, batch: Batch) -> None:
    """Numbers of vouchers that the user does not see, and external ids that are another one's."""
    check_numbers(batch, sort.model, _("The number “%(number)s” is taken.", number=slot("number")))
    text = _(
        "The external id “%(id)s” belongs to “%(number)s”. Correct the number, or give the row its own id.",
        id=slot("id"),
        number=slot("number"),
    )
    check_external_ids(batch, sort.table, text)


def _check_link(batch: Batch, key: str, model: Any) -> None:
    """The order or invoice that a row names is there, and the row's customer's."""
    number = field_text(key)
    theirs = (
        visible(model)
        .join(Customer, Customer.id == model.customer_id)
        .where(model.number == number, Customer.code == field_text("customer_code"))
        .with_only_columns(model.id)
    )
    text = _("“%(number)s” is not there, or belongs to another customer. Import it first.", number=slot("number"))
    unknown = problem(Row.row, text, number=number).where(*good_rows(batch), number.is_not(None), ~theirs.exists())
    add_problems(batch, unknown, column=key)


def _check_staged(sort: Sort, batch: Batch) -> None:
    """What follows from the row and from what is stored: digits, rates, days, and what is matched."""
    mine, target = staged.c.batch_id == batch.id, sort.table.alias("target")

    def report(text: str, column: str, condition: Callable[[Any], Any], **columns: Any) -> None:
        found = select(staged.c.row, message(text, **columns)).outerjoin(target, target.c.id == staged.c.target_id)
        add_problems(batch, found.where(mine, condition(target)), column=column)

    report(
        _("The amount has more decimals than %(currency)s has.", currency=slot("currency")),
        "amount",
        lambda _target: ~staged.c.exact,
        currency=staged.c.currency,
    )
    month = select(func.substr(field_text("date"), 1, 7)).where(Row.batch_id == batch.id, Row.row == staged.c.row)
    report(
        missing_rate(slot("currency"), slot("month")),
        "currency",
        lambda _target: staged.c.base_amount.is_(None),
        currency=staged.c.currency,
        month=month.scalar_subquery(),
    )
    report(
        _("The amount in %(currency)s is too large to keep.", currency=currency()),
        "amount",
        lambda _target: staged.c.base_amount > LARGEST,
    )
    void = _("“%(number)s” is void and stays as it is.", number=slot("number"))
    report(void, "number", lambda target: and_(staged.c.differs, target.c.status == VOID), number=staged.c.number)
    if sort is INVOICE:
        report(
            _("An invoice is not due before its date."),
            "due_date",
            lambda _target: staged.c.due_on < staged.c.happened_on,
        )
    if sort is SHIPMENT:
        text = _("Invoice “%(number)s” is void.", number=slot("number"))
        voided = select(invoices.c.number).where(invoices.c.id == staged.c.invoice_id, invoices.c.status == VOID)
        report(text, "invoice_number", lambda _target: voided.exists(), number=voided.scalar_subquery())
    if sort.is_settled:
        text = _("“%(number)s” is matched: undo the matching first.", number=slot("number"))
        report(text, "number", partial(_is_bound, sort), number=staged.c.number)  # fmt: skip


def _is_bound(sort: Sort, target: Any) -> ColumnElement[bool]:
    """Matched already, and about to change in what the matching rests on."""
    names = ("customer_id", "currency", *(("kind",) if sort is RECEIPT else ()))
    changed = [staged.c[name] != target.c[name] for name in names]
    return and_(target.c.matched > 0, or_(staged.c.amount < target.c.matched, staged.c.status == VOID, *changed))


# ── apply ───────────────────────────────────────────────────────────────────────────────────────────────────────


def apply(sort: Sort, batch: Batch) -> None:
    """Carry out the batch, which was checked in this transaction: one statement for changes, one for what is new."""
    _update(sort, batch)
    _create(sort, batch)
    db.session.execute(delete(staged).where(staged.c.batch_id == batch.id))


def _create(sort: Sort, batch: Batch) -> None:
    wanted, now, names = wanted_rows(batch, staged, "create"), literal(clock.now(), UtcDateTime()), columns_of(sort)
    more: dict[str, Any] = {"created_at": now, "updated_at": now, "version": sql_int(1)}
    if sort.is_settled:
        is_void = (staged.c.status == VOID, sql_int(0))
        more |= {"matched": sql_int(0), "base_open": case(is_void, else_=staged.c.base_amount)}
    new = select(*(staged.c[name] for name in names), *more.values()).where(wanted).order_by(staged.c.row)
    numbers = select(staged.c.number).where(wanted)
    bulk_write(
        insert(sort.table).from_select([*names, *more], new),
        model=sort.model,
        change="create",
        keys=select(sort.table.c.id).where(sort.table.c.number.in_(numbers)),
        action=f"{sort.key}.import",
        batch=batch.id,
    )


def _update(sort: Sort, batch: Batch) -> None:
    wanted, table = wanted_rows(batch, staged, "update"), sort.table
    keys: Any = list(db.session.execute(select(staged.c.target_id).where(wanted).limit(MOST_KEYS + 1)).scalars())
    if not keys:
        return
    if len(keys) > MOST_KEYS:
        keys = select(staged.c.target_id).where(wanted)
    statement = (
        update(table)
        .where(table.c.id == staged.c.target_id, wanted)
        .values({name: staged.c[name] for name in columns_of(sort)})
        .values(version=table.c.version + 1, updated_at=literal(clock.now(), UtcDateTime()))
    )
    bulk_write(statement, model=sort.model, change="update", keys=keys, action=f"{sort.key}.import", batch=batch.id)
    if sort.is_settled:
        refresh(sort, keys)
