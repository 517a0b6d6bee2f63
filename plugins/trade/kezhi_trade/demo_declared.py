"""What the demo company's customers declare: two years, imported as files, some put right later."""

from __future__ import annotations

import csv
import io
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import select

from kezhi import Refused, acting_as, currency, db
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.services import import_file
from kezhi.figures import divide
from kezhi.money import to_units

from .models import CustomerTrade

COLUMNS = (
    "customer_code", "year", "declared_on", "stated_in", "turnover", "class_purchases", "expected_growth",
    "market_share", "commission", "assets", "size",
)  # fmt: skip

SOURCES = ("年度财务报表", "工商年报", "第三方资信报告", "业务员走访", "客户申报表")

#: Of five customers four have declared something: figures may be missing, and grading has to say so.
SILENT = 5
#: What a customer without orders is thought to buy in a year, in minor units.
LITTLE = 80_000_00


def make_declared(context: DemoContext) -> None:
    """Import the figures of the last two full years in the name of the order clerk."""
    random = Random(20260707)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    with acting_as(context.person("order-clerk")):
        yearly = _yearly_orders()
        for back in (2, 1):
            year = context.today.year - back
            rows = [
                _row(random, code, year, amount)
                for place, (code, amount) in enumerate(yearly)
                if place % SILENT
            ]  # fmt: skip
            _load(rows, f"declared-{year}.csv")
        _load(_corrections(random, yearly, context.today), "declared-corrections.csv")


def _yearly_orders() -> list[tuple[str, int]]:
    """Code and order amount a year of every customer with a code, both in a fixed order."""
    total = select(CustomerTrade.total_amount).where(CustomerTrade.customer_id == Customer.id).scalar_subquery()
    rows = db.session.execute(select(Customer.code, total).where(Customer.code.is_not(None)).order_by(Customer.code))
    return [(str(code), divide(int(amount or 0), 2) or LITTLE) for code, amount in rows]


def _row(random: Random, code: str, year: int, amount: int) -> dict[str, Any]:
    bought = divide(amount * random.randint(150, 700), 100)  # from all suppliers
    turnover = bought * random.randint(5, 14)
    row: dict[str, Any] = {
        "customer_code": code,
        "year": year,
        "declared_on": date(year + 1, random.randint(1, 3), random.randint(1, 28)),
        "stated_in": random.choice(SOURCES),
        "turnover": _units(turnover),
        "class_purchases": _units(bought),
        "expected_growth": f"{random.randint(-30, 280) / 10}%",
        "market_share": f"{random.randint(5, 180) / 10}%",
        "commission": _units(divide(amount * random.randint(0, 30), 1000)),
        "assets": _units(divide(turnover * random.randint(30, 90), 100)),
        "size": _units(divide(turnover * random.randint(40, 120), 100)),
    }
    for optional in ("market_share", "commission", "assets"):
        if random.randrange(4) == 0:
            row[optional] = ""
    return row


def _corrections(random: Random, yearly: list[tuple[str, int]], today: date) -> list[dict[str, Any]]:
    """Every ninth customer sends audited figures later: both declarations stay."""
    year = today.year - 1
    rows: list[dict[str, Any]] = [
        {"customer_code": code, "year": year, "declared_on": date(today.year, 4, random.randint(10, 28)),
         "stated_in": "审计报告（更正）", "turnover": _units(amount * random.randint(20, 60))}
        for place, (code, amount) in enumerate(yearly)
        if place % 9 == 4
    ]  # fmt: skip
    return [row for row in rows if row["declared_on"] <= today]


def _units(minor: int) -> str:
    """Whole hundreds of units: nobody declares cents."""
    return to_units(divide(minor, 100_00) * 100_00, currency())


def _load(rows: list[dict[str, Any]], name: str) -> None:
    if not rows:
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    document = import_file("declared", text.getvalue().encode(), name)
    if document["failed"]:
        raise Refused(f"the demo company's declared figures cannot be imported: {document['errors'][:3]}")
