"""Stock held for customers from a file: a row per customer and month, repeated without effect (TRD-01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, insert, literal, or_, select, update

from kezhi import bulk_write, clock, currency, db, visible
from kezhi.builtin.customers.importer import check_customers
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.contributions import Importer, ImportField, Journaled, Reversal
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_date, field_int, field_text, good_rows
from kezhi.builtin.imports.values import parse_amount
from kezhi.db import UtcDateTime
from kezhi.errors import Refused
from kezhi.figures import sql_int
from kezhi.i18n import _
from kezhi.i18n import lazy_gettext as _l

from ..models import Stock
from .cells import read_month
from .common import CUSTOMER_CODE
from .messages import problem, slot
from .staging import SOURCE

stock = Stock.__table__
OWN = ("customer_id", "month", "held", "dead", "source")


def stock_importer() -> Importer:
    """The importer of kind ``stock``."""
    return Importer(
        kind="stock",
        title=_l("Stock held for customers"),
        permission="trade.stock",
        fields=(
            CUSTOMER_CODE,
            ImportField("month", _l("Month"), ("月份", "年月", "期间", "date"), True, _month),
            ImportField("held", _l("Stock held"), ("库存", "库存金额", "订单库存"), True, _amount),
            ImportField("dead", _l("Dead stock"), ("呆滞库存", "呆滞", "呆滞金额"), False, _amount),
        ),
        unique=(),
        check=check,
        apply=apply,
        reversal=Reversal(
            Stock, (Journaled(stock, _of_file, lambda _batch: OWN, customer="customer_id"),), stock.c.month
        ),
    )


def _month(text: str) -> str:
    month = read_month(text)
    if month > clock.today().isoformat():
        raise Refused(_("Write a month that has begun, like 2026-03."))
    return month


def _amount(text: str) -> int:
    value = parse_amount(currency())(text)
    if value < 0:
        raise Refused(_("“%(value)s” is below 0: an amount is 0 or more.", value=text))
    return value


def _of_file(batch: Batch) -> ColumnElement[bool]:
    rows = _staged(batch)
    same = (rows.c.customer_id == stock.c.customer_id, rows.c.month == stock.c.month)
    return select(rows.c.row).where(*same, rows.c.action.in_(("create", "update"))).exists()


def check(batch: Batch) -> None:
    """Customers that are there, each once a month; dead stock is a part of what is held."""
    check_customers(batch)
    _check_twice(batch)
    text = _("Dead stock is a part of what was held: 0 up to that amount.")
    add_problems(
        batch, problem(Row.row, text).where(*good_rows(batch), field_int("dead") > field_int("held")), column="dead"
    )
    staged = _staged(batch)
    differs = or_(staged.c.held != staged.c.stored_held, staged.c.dead != staged.c.stored_dead)
    action = case(
        (staged.c.target_id.is_(None), literal("create")), (differs, literal("update")), else_=literal("unchanged")
    )
    statement = (
        update(Row)
        .where(*good_rows(batch), Row.row == staged.c.row)
        .values(target_id=staged.c.target_id, action=action)
        .execution_options(synchronize_session=False, kezhi_unscoped=True)
    )
    db.session.execute(statement)


def apply(batch: Batch) -> None:
    """Carry out the batch: one statement for changes, one for what is new."""
    staged, now = _staged(batch), clock.now()
    changes = and_(stock.c.id == staged.c.target_id, staged.c.action == "update")
    bulk_write(
        update(stock)
        .where(changes)
        .values(held=staged.c.held, dead=staged.c.dead, version=stock.c.version + 1, updated_at=now, source=SOURCE),
        model=Stock,
        change="update",
        keys=select(stock.c.id).where(stock.c.updated_at == now, stock.c.version > 1),
        action="stock.import",
        batch=batch.id,
    )
    instant = literal(now, UtcDateTime())
    new = (
        select(staged.c.customer_id, staged.c.month, staged.c.held, staged.c.dead, literal(SOURCE), instant, instant,
               sql_int(1))
        .where(staged.c.action == "create")
        .order_by(staged.c.row)
    )  # fmt: skip
    bulk_write(
        insert(stock).from_select([*OWN, "created_at", "updated_at", "version"], new),
        model=Stock,
        change="create",
        keys=select(stock.c.id).where(stock.c.created_at == now, stock.c.source == SOURCE),
        action="stock.import",
        batch=batch.id,
    )


def _check_twice(batch: Batch) -> None:
    code, month = field_text("customer_code"), field_text("month")
    groups = (
        select(code.label("code"), month.label("month"))
        .where(*good_rows(batch))
        .group_by(code, month)
        .having(func.count() > 1)
        .subquery()
    )
    text = _("Customer “%(code)s” stands in several rows for %(month)s.", code=slot("code"), month=slot("month"))
    twice = (
        problem(Row.row, text, code=code, month=func.substr(month, 1, 7))
        .join(groups, and_(groups.c.code == code, groups.c.month == month))
        .where(*good_rows(batch))
    )
    add_problems(batch, twice, column="customer_code")


def _staged(batch: Batch) -> Subquery:
    """The good rows of a file beside what is stored for the same customer and month."""
    seen = visible(Customer).with_only_columns(Customer.id, Customer.code).subquery("seen")
    target: Any = stock.alias("target")
    same = and_(target.c.customer_id == seen.c.id, target.c.month == field_date("month"))
    return (
        select(
            Row.row,
            Row.action,
            seen.c.id.label("customer_id"),
            field_date("month").label("month"),
            field_int("held").label("held"),
            func.coalesce(field_int("dead"), sql_int(0)).label("dead"),
            target.c.id.label("target_id"),
            target.c.held.label("stored_held"),
            target.c.dead.label("stored_dead"),
        )
        .select_from(Row)
        .join(seen, seen.c.code == field_text("customer_code"))
        .outerjoin(target, same)
        .where(*good_rows(batch))
        .subquery("staged")
    )
