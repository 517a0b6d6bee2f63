"""Orders from a file: recognised columns, the check of a batch, and its set-based application (TRD-01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, or_, select, union, update

from kezhi import bulk_write, clock, currency, db
from kezhi.builtin.customers.importer import check_customers
from kezhi.builtin.imports.contributions import Importer, ImportField, Journaled, Reversal
from kezhi.builtin.imports.journal import KEPT, former, reverted_rows, taken
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_text, good_rows
from kezhi.builtin.imports.values import parse_code, parse_currency, parse_date, parse_text
from kezhi.bulk import MOST_KEYS
from kezhi.db import UtcDateTime
from kezhi.figures import sql_int
from kezhi.i18n import _
from kezhi.i18n import lazy_gettext as _l
from kezhi.money import LARGEST

from ..models import CANCELLED, Order
from ..services.rates import missing_rate
from ..services.summary import refresh_customers, refresh_summary
from .cells import read_amount, read_signed, read_status, read_tax_rate
from .common import CUSTOMER_CODE, check_external_ids, check_numbers, decide, wanted_rows
from .messages import problem, slot
from .resolve import COLUMNS, orders, resolve, staged

FIELDS = (
    ImportField("number", _l("Order number"), ("订单号", "订单编号", "单号", "order_no", "order_id"), True, parse_code),
    CUSTOMER_CODE,
    ImportField("order_date", _l("Order date"), ("订单日期", "下单日期", "签单日期", "日期", "date"), True, parse_date),
    ImportField("promised_date", _l("Promised date"), ("承诺交期", "交期", "required_date"), parse=parse_date),
    ImportField("shipped_date", _l("Ship date"), ("出货日期", "发货日期", "ship_date"), parse=parse_date),
    ImportField("product_group", _l("Product group"), ("产品组", "产品大类", "产品类别", "category"), parse=parse_text),
    ImportField("amount", _l("Amount"), ("金额", "订单金额", "不含税金额", "order_amount"), True, read_amount),
    ImportField("currency", _l("Currency"), ("币种", "币别", "货币"), parse=parse_currency),
    ImportField("tax_rate", _l("Tax rate"), ("税率", "vat"), parse=read_tax_rate),
    ImportField("cost", _l("Cost"), ("成本", "订单成本"), parse=read_amount),
    ImportField("profit", _l("Profit"), ("利润", "毛利", "毛利额", "gross_profit"), parse=read_signed),
    ImportField("status", _l("Status"), ("状态", "订单状态", "order_status"), parse=read_status),
    ImportField("external_id", _l("External id"), ("外部编号", "外部单号", "erp_id"), parse=parse_code),
)


def order_importer() -> Importer:
    """The importer of kind ``orders``: recognised by number, repeated without effect."""
    return Importer(
        kind="orders",
        title=_l("Orders"),
        permission="trade.write",
        fields=FIELDS,
        unique=("number",),
        check=check,
        apply=apply,
        reversal=Reversal(
            Order,
            (Journaled(orders, _of_file, lambda _batch: COLUMNS, customer="customer_id"),),
            orders.c.number,
            finish=_follow_restored,
        ),
    )


def _of_file(batch: Batch) -> ColumnElement[bool]:
    numbers = select(field_text("number")).where(*good_rows(batch), Row.action.in_(("create", "update")))
    mine: ColumnElement[bool] = orders.c.number.in_(numbers)
    return mine


def _follow_restored(batch: Batch) -> None:
    """The summaries of the customers whom restored orders belong to now and belonged to until now."""
    restored = reverted_rows(batch, orders, "update")
    refresh_customers(
        union(
            select(former(orders.c.customer_id)).select_from(KEPT).where(*restored),
            select(taken(KEPT.c.after, orders.c.customer_id)).select_from(KEPT).where(*restored),
        )
    )


# ── check ───────────────────────────────────────────────────────────────────────────────────────────────────────


def check(batch: Batch) -> None:
    """Report what only the database can tell, and say what each good row would do."""
    check_customers(batch)
    _check_numbers(batch)
    present = resolve(batch)
    _check_figures(batch)
    if present != [currency()]:
        _check_rates(batch)
    decide(batch, staged)


def _check_numbers(batch: Batch) -> None:
    """Numbers of orders the user does not see, and external ids that are another order's."""
    check_numbers(batch, Order, _("The order number “%(number)s” is taken.", number=slot("number")))
    text = _(
        "The external id “%(id)s” belongs to order “%(number)s”. Correct the number, or give the row its own id.",
        id=slot("id"),
        number=slot("number"),
    )
    check_external_ids(batch, orders, text)


def _check_figures(batch: Batch) -> None:
    """Digits that the currency does not have, and orders that were cancelled."""
    text = _("The amount has more decimals than %(currency)s has.", currency=slot("currency"))
    inexact = problem(staged.c.row, text, currency=staged.c.currency)
    add_problems(batch, inexact.where(staged.c.batch_id == batch.id, ~staged.c.exact), column="amount")
    text = _("Order %(number)s is cancelled and stays as it is.", number=slot("number"))
    cancelled = (
        problem(staged.c.row, text, number=staged.c.number)
        .join(orders, orders.c.id == staged.c.target_id)
        .where(staged.c.batch_id == batch.id, staged.c.differs, orders.c.status == CANCELLED)
    )
    add_problems(batch, cancelled, column="number")


def _check_rates(batch: Batch) -> None:
    text = missing_rate(slot("currency"), slot("month"))
    missing = (
        problem(staged.c.row, text, currency=staged.c.currency, month=func.substr(field_text("order_date"), 1, 7))
        .join(Row, and_(Row.batch_id == staged.c.batch_id, Row.row == staged.c.row))
        .where(staged.c.batch_id == batch.id, staged.c.base_amount.is_(None))
    )
    add_problems(batch, missing, column="currency")
    text = _("The amount in %(currency)s is too large to keep.", currency=currency())
    beyond = or_(staged.c.base_amount > LARGEST, func.abs(staged.c.base_profit) > LARGEST)
    add_problems(batch, problem(staged.c.row, text).where(staged.c.batch_id == batch.id, beyond), column="amount")


# ── apply ───────────────────────────────────────────────────────────────────────────────────────────────────────


def apply(batch: Batch) -> None:
    """Carry out the batch, which was checked in this transaction: one statement for changes, one for new orders."""
    _update(batch)
    _create(batch)
    db.session.execute(delete(staged).where(staged.c.batch_id == batch.id))


def _create(batch: Batch) -> None:
    wanted, now = wanted_rows(batch, staged, "create"), literal(clock.now(), UtcDateTime())
    new = select(*(staged.c[name] for name in COLUMNS), now, now, sql_int(1)).where(wanted).order_by(staged.c.row)
    numbers = select(staged.c.number).where(wanted)
    bulk_write(
        insert(orders)
        .from_select([*COLUMNS, "created_at", "updated_at", "version"], new)
        .execution_options(preserve_rowcount=True),
        model=Order,
        change="create",
        keys=select(orders.c.id).where(orders.c.number.in_(numbers)),
        action="order.import",
        batch=batch.id,
    )


def _update(batch: Batch) -> None:
    wanted = wanted_rows(batch, staged, "update")
    keys: Any = list(db.session.execute(select(staged.c.target_id).where(wanted).limit(MOST_KEYS + 1)).scalars())
    if not keys:
        return
    if len(keys) > MOST_KEYS:
        keys = select(staged.c.target_id).where(wanted)
    left = _left_customers(wanted)
    statement = (
        update(orders)
        .where(orders.c.id == staged.c.target_id, wanted)
        .values({name: staged.c[name] for name in COLUMNS})
        .values(version=orders.c.version + 1, updated_at=literal(clock.now(), UtcDateTime()))
    )
    bulk_write(statement, model=Order, change="update", keys=keys, action="order.import", batch=batch.id)
    if len(left) > MOST_KEYS:
        refresh_summary()
    elif left:
        refresh_customers(left)


def _left_customers(wanted: Any) -> list[int]:
    """Customers whose orders move to another one; a few more than the limit stand for very many."""
    moved = (
        select(orders.c.customer_id)
        .join(staged, staged.c.target_id == orders.c.id)
        .where(wanted, orders.c.customer_id != staged.c.customer_id)
        .distinct()
    )
    return list(db.session.execute(moved.limit(MOST_KEYS + 1)).scalars())
