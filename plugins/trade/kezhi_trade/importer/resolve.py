"""A staged row as the order it would make: given cells over what is stored, and what follows from both.

Worked out step by step in a table of its own: one large expression would be beyond SQLite's parser.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, literal, or_, select, text, true, update

from kezhi import currency, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import field_date, field_int, field_text, good_rows
from kezhi.figures import sql_divide, sql_int
from kezhi.money import exponent

from ..models import CANCELLED, DONE, OPEN, Order, Rate, StagedOrder
from ..services.conversion import month_start, sql_convert
from ..services.orders import default_tax_rate
from .cells import DIGITS

# Tables, not classes: an order number is taken even by an order that the user does not see.
orders, rates, staged = Order.__table__, Rate.__table__, StagedOrder.__table__

SOURCE = "import"

#: The columns of an order that an import decides on.
COLUMNS = (
    "customer_id", "number", "order_date", "product_group", "amount", "tax_rate", "currency", "base_amount", "cost",
    "profit", "base_profit", "promised_date", "shipped_date", "status", "source", "external_id",
)  # fmt: skip


def resolve(batch: Batch) -> list[str]:
    """Work out the good rows of a batch. Returns the currencies they are in.

    ``base_amount`` stays NULL for a month without rate.
    """
    db.session.execute(delete(staged).where(staged.c.batch_id == batch.id))
    db.session.execute(_merge(batch))
    _count_rows()
    present = sorted(db.session.execute(select(staged.c.currency).where(_of(batch)).distinct()).scalars())
    for code in present:
        _to_minor_units(batch, code)
        if code != currency():
            _to_company_currency(batch, code)
    _compare(batch)
    return present


def _of(batch: Batch) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = staged.c.batch_id == batch.id
    return mine


def _merge(batch: Batch) -> Any:
    """Cells over stored values; amounts as given."""
    target = orders.alias("target")
    seen = visible(Customer).with_only_columns(Customer.id, Customer.code).subquery("seen")
    number = field_text("number")
    shipped = func.coalesce(field_date("shipped_date"), target.c.shipped_date)
    status = case(
        (field_text("status").is_not(None), field_text("status")),
        (target.c.status == CANCELLED, literal(CANCELLED)),
        (and_(shipped.is_not(None), shipped.is_distinct_from(target.c.shipped_date)), literal(DONE)),
        else_=func.coalesce(target.c.status, OPEN),
    )
    external_id = case(  # the id in the system that the file comes from, else the order's number
        (field_text("external_id").is_not(None), field_text("external_id")),
        (target.c.id.is_not(None), target.c.external_id),
        else_=number,
    )
    values = {
        "batch_id": Row.batch_id,
        "row": Row.row,
        "target_id": target.c.id,
        "differs": true(),
        "exact": true(),
        "given_amount": field_int("amount"),
        "given_cost": field_int("cost"),
        "given_profit": field_int("profit"),
        "customer_id": seen.c.id,
        "number": number,
        "order_date": field_date("order_date"),
        "product_group": func.coalesce(field_text("product_group"), target.c.product_group, ""),
        "tax_rate": func.coalesce(field_int("tax_rate"), target.c.tax_rate, sql_int(default_tax_rate())),
        "currency": func.coalesce(field_text("currency"), target.c.currency, currency()),
        "cost": target.c.cost,
        "profit": target.c.profit,
        "amount": target.c.amount,
        "promised_date": func.coalesce(field_date("promised_date"), target.c.promised_date),
        "shipped_date": shipped,
        "status": status,
        "source": func.coalesce(target.c.source, SOURCE),
        "external_id": external_id,
    }
    rows: Select[Any] = (
        select(*(value.label(f"{name}_") for name, value in values.items()))
        .select_from(Row)
        .join(seen, seen.c.code == field_text("customer_code"))
        .outerjoin(target, target.c.number == number)
        .where(*good_rows(batch))
    )
    return insert(staged).from_select(list(values), rows)


def _count_rows() -> None:
    """Tell PostgreSQL how many rows were just staged: else it plans their joins for a handful of them."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text(f"ANALYZE {staged.name}"))


def _to_minor_units(batch: Batch, code: str) -> None:
    """Given amounts in minor units of their currency, and whether it has the digits that were written.

    A profit that was nothing but amount less cost, or that nobody gave, follows from the new ones.
    """
    step = sql_int(10 ** (DIGITS - exponent(code)))
    given = {name: staged.c[f"given_{name}"] for name in ("amount", "cost", "profit")}
    minor = {name: sql_divide(column, step) for name, column in given.items()}
    wrong = [and_(column.is_not(None), minor[name] * step != column) for name, column in given.items()]
    derived = or_(staged.c.profit.is_(None), staged.c.profit == staged.c.amount - staged.c.cost)
    amount = func.coalesce(minor["amount"], staged.c.amount)
    cost = func.coalesce(minor["cost"], staged.c.cost)
    profit = func.coalesce(minor["profit"], case((derived, amount - cost), else_=staged.c.profit))
    values = {"exact": ~or_(*wrong), "amount": amount, "cost": cost, "profit": profit}
    if code == currency():
        values |= {"base_amount": amount, "base_profit": profit}
    _update(batch, staged.c.currency == code, **values)


def _to_company_currency(batch: Batch, code: str) -> None:
    at_rate = and_(rates.c.currency == code, rates.c.month == month_start(staged.c.order_date))
    _update(
        batch,
        and_(staged.c.currency == code, at_rate),
        base_amount=sql_convert(staged.c.amount, rates.c.rate, code, currency()),
        base_profit=sql_convert(staged.c.profit, rates.c.rate, code, currency()),
    )


def _compare(batch: Batch) -> None:
    differs = or_(*(staged.c[name].is_distinct_from(orders.c[name]) for name in COLUMNS))
    _update(batch, orders.c.id == staged.c.target_id, differs=differs)


def _update(batch: Batch, where: ColumnElement[bool], **values: Any) -> None:
    # staged rows are nobody's record yet: they are audited and announced when they are applied
    db.session.execute(update(staged).where(_of(batch), where).values(values))
