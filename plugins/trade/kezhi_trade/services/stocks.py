"""Stock held for customers at the end of a month, and what of it is dead (TRD-01)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, announce, audit_record, clock, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import _
from kezhi.money import LARGEST

from ..calendar_months import month_of
from ..models import Stock

stock = Stock.__table__


def find_stock(stock_id: int) -> Stock:
    """The stock of a customer in a month, if the user sees the customer. Errors: ``NotFound``."""
    found: Stock | None = db.session.execute(visible(Stock).where(Stock.id == stock_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def keep_stock(values: Mapping[str, Any], stock_id: int | None = None, version: int = 0) -> Stock:
    """Enter stock, or change it as it was read in ``version``: ``customer_id``, ``month``, ``held`` and ``dead``.

    Errors: ``NotFound`` for a customer the user does not see; ``Conflict``; ``Refused`` with the field.
    """
    month, held, dead = _checked(values)
    customer_id, now = values["customer_id"], clock.now()
    ids = visible(Customer).where(Customer.id == customer_id).with_only_columns(Customer.id)
    if customer_id is None or db.session.execute(ids).scalar_one_or_none() is None:
        raise NotFound(_("There is no such customer."), field="customer")
    same = db.session.execute(
        select(stock.c.id).where(stock.c.customer_id == customer_id, stock.c.month == month)
    ).scalar_one_or_none()
    if same is not None and same != stock_id:
        raise _taken()
    new = {"customer_id": customer_id, "month": month, "held": held, "dead": dead, "updated_at": now}
    try:
        with db.session.begin_nested():
            record = _insert(new, values) if stock_id is None else _change(stock_id, version, new)
    except IntegrityError:
        raise _taken() from None
    change = "create" if stock_id is None else "update"
    announce(Stock, change, [record.id])
    audit_record(f"stock.{change}", "trade_stock", record.id, month=f"{month:%Y-%m}")
    return record


def _insert(new: dict[str, Any], values: Mapping[str, Any]) -> Stock:
    record = Stock(**new, source=values.get("source", "page"), created_at=new["updated_at"], version=1)
    db.session.add(record)
    db.session.flush()
    return record


def _change(stock_id: int, version: int, new: dict[str, Any]) -> Stock:
    record = find_stock(stock_id)
    statement = (
        update(Stock)
        .where(Stock.id == stock_id, Stock.version == version)
        .values(**new, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    result: Any = db.session.execute(statement)
    if result.rowcount != 1:
        raise Conflict(_("Somebody else changed this stock after you opened it. Look at it again before you save."))
    db.session.refresh(record)
    return record


def _checked(values: Mapping[str, Any]) -> tuple[date, int, int]:
    month: date | None = values.get("month")
    if month is None or month > clock.today():
        raise Refused(_("Write a month that has begun, like 2026-03."), field="month")
    held, dead = values.get("held"), values.get("dead") or 0
    if held is None or not 0 <= held <= LARGEST:
        raise Refused(_("Write what was held, 0 or more."), field="held")
    if not 0 <= dead <= held:
        raise Refused(_("Dead stock is a part of what was held: 0 up to that amount."), field="dead")
    return month_of(month), held, dead


def _taken() -> Refused:
    return Refused(_("The stock of this customer and month is on record already: change it there."), field="month")
