"""The demo company's books: what was shipped, invoiced and paid for its orders, imported as files.

Most customers pay in time, some late, a few not at all; two paid in advance, and one order is on its way.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from kezhi import Refused, acting_as, currency, db
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.services import import_file
from kezhi.figures import PPM, divide
from kezhi.money import to_units

from .models import DONE, Order

#: Days until an invoice is due, and how many days before (−) or after that day a customer pays; None does not.
HABITS: tuple[tuple[int, tuple[int, int] | None], ...] = (
    (30, (-12, 0)), (30, (-5, 3)), (45, (-10, 5)), (30, (-3, 12)), (60, (-8, 2)),
    (45, (0, 25)), (30, (10, 50)), (60, (-15, 0)), (30, (30, 110)), (30, (-6, 1)),
)  # fmt: skip
#: Of so many invoices one stays unpaid that nobody disputes, and of so many one is paid by half.
FORGOTTEN, HALVED = 60, 25
#: So many days pass between the ship date and the invoice at most; what was shipped last has none yet.
UNBILLED = 6


def make_receivables(context: DemoContext) -> None:
    """Import the books in the name of the order clerk."""
    random = Random(20260711)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    with acting_as(context.person("order-clerk")):
        rows = _orders()
        files: dict[str, list[dict[str, Any]]] = {"invoices": [], "shipments": [], "receipts": [], "matches": []}
        habits = {code: random.choice(HABITS) for code in sorted({row["code"] for row in rows})}
        for place, row in enumerate(rows, 1):
            _book(random, files, row, habits[row["code"]], place, context.today)
        _deposits(random, files, sorted(habits), context.today)
        for kind, lines in files.items():
            _load(kind, lines)


def _orders() -> list[dict[str, Any]]:
    """Orders that left, in the order in which they did, with their amount including tax."""
    statement = (
        select(Order.number, Order.shipped_date, Order.amount, Order.tax_rate, Customer.code)
        .join(Customer, Customer.id == Order.customer_id)
        .where(Order.status == DONE, Order.shipped_date.is_not(None), Order.amount > 0, Customer.code.is_not(None))
        .order_by(Order.shipped_date, Order.id)
    )
    return [
        {"number": row.number, "day": row.shipped_date, "code": row.code,
         "amount": row.amount + divide(row.amount * row.tax_rate, PPM)}
        for row in db.session.execute(statement)
    ]  # fmt: skip


def _book(
    random: Random,
    files: dict[str, list[dict[str, Any]]],
    order: dict[str, Any],
    habit: tuple[int, tuple[int, int] | None],
    place: int,
    today: date,
) -> None:
    """A shipment, its invoice some days later, and what was paid of it until today."""
    days, paid = habit
    billed = order["day"] + timedelta(days=random.randint(1, UNBILLED))
    due = billed + timedelta(days=days)
    common = {"customer_code": order["code"], "order_number": order["number"]}
    invoice = f"FP-{billed:%Y%m}-{place:04d}" if billed <= today else ""
    files["shipments"].append(
        {**common, "number": f"CH-{order['day']:%Y%m}-{place:04d}", "date": order["day"],
         "amount": _units(order["amount"]), "invoice_number": invoice}
    )  # fmt: skip
    if not invoice:
        return
    files["invoices"].append(
        {**common, "number": invoice, "date": billed, "due_date": due, "amount": _units(order["amount"])}
    )
    came = due + timedelta(days=random.randint(*paid)) if paid else None
    forgotten, halved = random.randrange(FORGOTTEN) == 0, random.randrange(HALVED) == 0
    if came is None or came > today or forgotten:
        return
    amount = divide(order["amount"], 2) if halved else order["amount"]
    more = random.choice((0, 0, 0, 0, 0, 0, 0, 100_00)) if not halved else 0  # paid round: some is left on account
    number = f"HK-{came:%Y%m}-{place:04d}"
    files["receipts"].append(
        {"customer_code": order["code"], "number": number, "date": came, "amount": _units(amount + more)}
    )
    files["matches"].append({"receipt_number": number, "invoice_number": invoice, "amount": _units(amount)})


def _deposits(random: Random, files: dict[str, list[dict[str, Any]]], codes: list[str], today: date) -> None:
    for place, code in enumerate(random.sample(codes, min(3, len(codes))), 1):
        day = today - timedelta(days=random.randint(3, 40))
        files["receipts"].append(
            {"customer_code": code, "number": f"YS-{day:%Y%m}-{place:02d}", "date": day, "kind": "deposit",
             "amount": _units(random.randint(5, 40) * 1_000_00)}
        )  # fmt: skip


def _units(minor: int) -> str:
    return to_units(minor, currency())


def _load(kind: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    text = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(names))
    writer.writeheader()
    writer.writerows(rows)
    document = import_file(kind, text.getvalue().encode(), f"{kind}.csv")
    if document["failed"]:
        raise Refused(f"the demo company's {kind} cannot be imported: {document['errors'][:3]}")
