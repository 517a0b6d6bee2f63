"""The demo company collects its months: stock is taken, three months are confirmed, the last one is submitted."""

from __future__ import annotations

import csv
import io
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import func, select

from kezhi import Refused, acting_as, currency, db, set_setting, writing
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.services import import_file
from kezhi.figures import divide
from kezhi.money import to_units

from .calendar_months import later, month_of
from .models import CANCELLED, Order
from .services.months import CHECK, MONEY, STOCK, SUBMIT, take_step

CONFIRMED = 3  #: months that everybody signed, before the one that waits for its check
#: Of so many customers nothing is held, and of so many there is dead stock.
NOTHING, DEAD = 4, 3

HANDS = (
    ("sales-manager", SUBMIT, "各业务部订单已核对，无遗漏"),
    ("data-analyst", CHECK, "抽查二十单，与合同一致"),
    ("finance", MONEY, "回款以银行流水为准，销售额与开票相符"),
    ("inventory-control", STOCK, "月末盘点完成，呆滞清单另附"),
)


def make_months(context: DemoContext) -> None:
    """Stock by a file, then the steps in the names of those whose they are."""
    last = later(month_of(context.today), -1)
    months = [later(last, -back) for back in range(CONFIRMED, -1, -1)]
    with writing():
        set_setting("trade", "confirm_months", True)
        set_setting("trade", "first_month", months[0])
    _take_stock(context, months)
    for month in months[:-1]:
        for version, (role, step, note) in enumerate(HANDS):
            with acting_as(context.person(role)), writing():
                take_step(month, step, version and version + 1, note)
    with acting_as(context.person("sales-manager")), writing():
        take_step(last, SUBMIT, 0, "两单发票待补，订单数据已齐")


def _take_stock(context: DemoContext, months: list[date]) -> None:
    random = Random(20260731)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    rows = [
        {"customer_code": code, "month": f"{month:%Y-%m}", **_held(random, amount, place)}
        for month in months
        for place, (code, amount) in enumerate(_yearly())
        if place % NOTHING
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, ("customer_code", "month", "held", "dead"))
    writer.writeheader()
    writer.writerows(rows)
    with acting_as(context.person("data-analyst")):
        document = import_file("stock", text.getvalue().encode(), "stock.csv")
    if document["failed"]:
        raise Refused(f"the demo company's stock cannot be imported: {document['errors'][:3]}")


def _yearly() -> list[tuple[str, int]]:
    """Code and order amount of every customer that ordered, in a fixed order."""
    rows = db.session.execute(
        select(Customer.code, func.sum(Order.base_amount))
        .join(Order, Order.customer_id == Customer.id)
        .where(Customer.code.is_not(None), Order.status != CANCELLED)
        .group_by(Customer.code)
        .order_by(Customer.code)
    )
    return [(str(code), divide(int(amount), 2)) for code, amount in rows]


def _held(random: Random, yearly: int, place: int) -> dict[str, Any]:
    """About two months of what the customer orders, at cost, and for some a part of it that nobody fetches."""
    held = divide(yearly * random.randint(8, 20), 100)
    dead = divide(held * random.randint(2, 25), 100) if place % DEAD == 0 else 0
    return {"held": to_units(held, currency()), "dead": to_units(dead, currency())}
