"""A staged row as the voucher it would make: given cells over what is stored, and what follows from both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, text, true, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Date

from kezhi import currency, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import field_date, field_int, field_text, good_rows
from kezhi.figures import sql_divide, sql_int
from kezhi.money import exponent

from ..models import PAYMENT, VALID, Invoice, Order, Rate, StagedVoucher
from ..services.conversion import by_digits, month_start, sql_at, sql_factors
from ..services.sorts import INVOICE, RECEIPT, SHIPMENT, Sort
from ..services.vouchers import payment_days
from .cells import DIGITS

staged, rates = StagedVoucher.__table__, Rate.__table__
orders, invoices = Order.__table__, Invoice.__table__

SOURCE = "import"

COMMON = (
    "customer_id", "number", "happened_on", "amount", "currency", "base_amount", "order_id", "status", "source",
    "external_id",
)  # fmt: skip


class days_later(FunctionElement[Any]):
    """``days_later(day, count)``: a date so many days later."""

    type = Date()
    inherit_cache = True


@compiles(days_later)
def _later_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day, number = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(({day})::date + CAST({number} AS INTEGER))"


@compiles(days_later, "sqlite")
def _later_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day, number = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, '+' || ({number}) || ' days')"


def columns_of(sort: Sort) -> list[str]:
    """The columns of a voucher that an import decides on."""
    return [*COMMON, *sort.own]


def resolve(sort: Sort, batch: Batch) -> None:
    """Work out the good rows of a batch. ``base_amount`` stays NULL for a month without rate."""
    db.session.execute(delete(staged).where(staged.c.batch_id == batch.id))
    db.session.execute(_merge(sort, batch))
    if db.session.get_bind().dialect.name == "postgresql":  # else it plans their joins for a handful of rows
        db.session.execute(text(f"ANALYZE {staged.name}"))
    step = by_digits(staged.c.currency, lambda like: 10 ** (DIGITS - exponent(like)))
    minor = sql_divide(staged.c.given, step)
    _update(batch, amount=minor, exact=minor * step == staged.c.given)
    _to_company_currency(batch)
    differs = or_(*(staged.c[name].is_distinct_from(sort.table.c[name]) for name in columns_of(sort)))
    _update(batch, sort.table.c.id == staged.c.target_id, differs=differs)


def _merge(sort: Sort, batch: Batch) -> Any:
    """Cells over stored values; the amount as given."""
    target = sort.table.alias("target")
    seen = visible(Customer).with_only_columns(Customer.id, Customer.code).subquery("seen")
    number = field_text("number")
    external_id = case(  # the id in the system that the file comes from, else the number
        (field_text("external_id").is_not(None), field_text("external_id")),
        (target.c.id.is_not(None), target.c.external_id),
        else_=number,
    )
    values: dict[str, Any] = {
        "batch_id": Row.batch_id,
        "row": Row.row,
        "target_id": target.c.id,
        "differs": true(),
        "exact": true(),
        "given": field_int("amount"),
        "customer_id": seen.c.id,
        "number": number,
        "happened_on": field_date("date"),
        "currency": func.coalesce(field_text("currency"), target.c.currency, currency()),
        "order_id": func.coalesce(_id_of(orders, "order_number"), target.c.order_id),
        "status": func.coalesce(field_text("status"), target.c.status, VALID),
        "source": func.coalesce(target.c.source, SOURCE),
        "external_id": external_id,
    }
    if sort is INVOICE:
        later = days_later(field_date("date"), sql_int(payment_days()))
        values["due_on"] = func.coalesce(field_date("due_date"), target.c.due_on, later)
    elif sort is RECEIPT:
        values["kind"] = func.coalesce(field_text("kind"), target.c.kind, PAYMENT)
    elif sort is SHIPMENT:
        values["invoice_id"] = func.coalesce(_id_of(invoices, "invoice_number"), target.c.invoice_id)
    rows = (
        select(*(value.label(f"{name}_") for name, value in values.items()))
        .select_from(Row)
        .join(seen, seen.c.code == field_text("customer_code"))
        .outerjoin(target, target.c.number == number)
        .where(*good_rows(batch))
    )
    return insert(staged).from_select(list(values), rows)


def _id_of(table: Any, key: str) -> ColumnElement[Any]:
    found: ColumnElement[Any] = select(table.c.id).where(table.c.number == field_text(key)).scalar_subquery()
    return found


def _to_company_currency(batch: Batch) -> None:
    twin = staged.alias("twin")
    at_rate = and_(rates.c.currency == twin.c.currency, rates.c.month == month_start(twin.c.happened_on))
    factor, divisor = sql_factors(twin.c.currency, rates.c.rate, currency())
    columns = (twin.c.batch_id, twin.c.row, twin.c.amount, factor.label("factor"), divisor.label("divisor"))
    inner = select(*columns).outerjoin(rates, at_rate).where(twin.c.batch_id == batch.id).subquery("priced")
    base = sql_at(inner.c.amount, inner.c.factor, inner.c.divisor)
    _update(batch, inner.c.batch_id == staged.c.batch_id, inner.c.row == staged.c.row, base_amount=base)


def _update(batch: Batch, *where: ColumnElement[bool], **values: Any) -> None:
    # staged rows are nobody's record yet: they are audited and announced when they are applied
    db.session.execute(update(staged).where(staged.c.batch_id == batch.id, *where).values(values))
