"""The demo company's orders: two years up to today, busier in the busy months, imported as files year by year."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from kezhi import Refused, acting_as, currency
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.imports.services import import_file
from kezhi.figures import divide
from kezhi.money import to_units

GROUPS = ("开关插座", "照明", "管材管件", "阀门", "配电箱", "电线电缆")

#: how busy each month is, January first: quiet round the Spring Festival, busy in autumn
SEASON = (6, 3, 9, 10, 9, 8, 7, 7, 11, 12, 11, 9)

COLUMNS = (
    "number", "customer_code", "order_date", "promised_date", "shipped_date", "product_group", "amount", "cost",
    "status", "external_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habit:
    """How a kind of customer buys: yuan a year, orders a year, and how many customers are like that."""

    least: int
    most: int
    orders: tuple[int, int]
    customers: int


#: spread over the anchors of the shipped scheme: ¥10,000, ¥50,000 and ¥200,000 a year
HABITS = (
    Habit(220_000, 600_000, (30, 38), 4),
    Habit(60_000, 190_000, (22, 30), 8),
    Habit(24_000, 46_000, (15, 21), 14),
    Habit(11_000, 22_000, (10, 16), 10),
    Habit(1_500, 8_500, (5, 9), 11),
    Habit(0, 0, (0, 0), 3),
)


def make_orders(context: DemoContext) -> None:
    """Import the orders in the name of the order clerk."""
    orders = sorted(_orders(context), key=lambda order: (order["order_date"], order["customer_code"]))
    for place, order in enumerate(orders, start=1):
        order["number"] = f"DD-{order['order_date']:%Y%m}-{place:04d}"
        order["external_id"] = f"ERP{place:06d}"
    with acting_as(context.person("order-clerk")):
        for year in sorted({order["order_date"].year for order in orders}):
            rows = [order for order in orders if order["order_date"].year == year]
            document = import_file("orders", _csv(rows), f"orders-{year}.csv")
            if document["failed"]:
                raise Refused(f"the demo company's orders cannot be imported: {document['errors'][:3]}")


def _csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _orders(context: DemoContext) -> list[dict[str, Any]]:
    customers = list(context.notes["customers"])
    context.random.shuffle(customers)
    habits = [habit for habit in HABITS for _place in range(habit.customers)]
    start = _two_years_before(context.today)
    orders = []
    for customer, habit in zip(customers, habits, strict=True):
        first = max(start, customer["trade_since"])
        orders += _orders_of(context.random, customer["code"], habit, first, context.today)
    return orders


def _orders_of(random: Random, code: str, habit: Habit, start: date, today: date) -> list[dict[str, Any]]:
    """A customer's orders: so many a year, growing or shrinking from the first year to the second."""
    workdays = [day for place in range((today - start).days + 1) if (day := start + timedelta(place)).weekday() < 5]
    if not habit.orders[1] or not workdays:
        return []
    yearly, growth = random.randint(*habit.orders), random.choice((85, 95, 105, 115, 125))  # percent
    target = random.randint(habit.least, habit.most) * 100  # minor units a year
    count = max(2, divide(yearly * len(workdays), 261))
    groups = random.sample(GROUPS, 2)
    days = sorted(random.choices(workdays, weights=[SEASON[day.month - 1] for day in workdays], k=count))
    orders = []
    for day in days:
        share = random.randint(55, 145) * (growth if (today - day).days < 365 else 100)
        amount = divide(target * share, yearly * 100 * 100)
        orders.append({"customer_code": code, "order_date": day, **_order(random, day, today, amount, groups)})
    return orders


def _order(random: Random, day: date, today: date, amount: int, groups: list[str]) -> dict[str, Any]:
    promised = day + timedelta(days=random.randint(7, 30))
    shipped = promised + timedelta(days=random.choice((-3, -1, 0, 0, 0, 1, 4)))
    cancelled, done = random.randrange(50) == 0, shipped <= today
    return {
        "promised_date": promised,
        "shipped_date": shipped if done and not cancelled else "",
        "product_group": random.choice(groups),
        "amount": to_units(amount, currency()),
        "cost": to_units(divide(amount * random.randint(70, 88), 100), currency()),
        "status": "cancelled" if cancelled else "done" if done else "open",
    }


def _two_years_before(day: date) -> date:
    """The same day two years before; 29 February becomes 1 March."""
    if (day.month, day.day) == (2, 29):
        return date(day.year - 2, 3, 1)
    return day.replace(year=day.year - 2)
