"""What the customers owe: ten open items each, classes, limits and reservations; and how long all of it is counted.

Every customer has seven open invoices, one of them paid in part, a shipment that was not invoiced, money on account,
and an open order or, without orders, an eighth invoice. One in forty trades in another currency.
"""

# ruff: noqa: S608 - every piece of a statement stands in this file; values are bound

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from resource import RUSAGE_SELF, getrusage
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Date, String, cast, func, literal, update

from kezhi import clock
from kezhi.db import db, writing
from kezhi_credit.models import Limit, Rating, Reservation
from kezhi_credit.services import all_classes
from kezhi_credit.services.summary import enter_missing, refresh_due
from kezhi_trade.models import Invoice, Match, Order, Rate, Receipt, Shipment

from .generate import Made, _insert, numbers
from .timing import report

ITEMS = 10  #: open ones of each customer
INVOICES = 7  #: of each customer, open; who has no orders has one more
FOREIGN = 40  #: one customer in so many trades in dollars
RATE = 7_000_000  #: yuan for a dollar, in millionths
OWN_LIMIT, KEPT = 50, 1_000  #: one in so many has a limit of its own, or credit that is kept for an order


def fill_credit(made: Made) -> int:
    """Vouchers, ratings, limits and reservations of every customer; returns the number of open items."""
    kind, count = made.kind, made.count
    n = numbers(kind, count).c.n
    tables = [each.__table__ for each in (Invoice, Receipt, Shipment, Match)]
    indexes = [index for table in tables for index in table.indexes]
    with writing() as session:  # many rows at once: an index that is built of them takes a tenth of keeping it
        for index in indexes:
            index.drop(session.connection())
    with writing():
        db.session.add(Rate(currency="USD", month=clock.today().replace(day=1), rate=RATE))
        for place in range(INVOICES + 1):
            _invoice(n, count, place)
        _paid(n, count)
        _shipped(n)
        _ordered()
        _rated(n)
        if kind == "postgresql":
            for table in tables[:3]:
                query = (
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
                )
                db.session.execute(sa.text(query))
    with writing() as session:
        for index in indexes:
            index.create(session.connection())
    with writing() as session:
        session.execute(sa.text("ANALYZE"))
    start = made.clock()
    entered = enter_missing()
    print(f"{made.version}: {entered:,} customers entered in {made.clock() - start:.0f} s", flush=True)
    start = made.clock()
    counted = refresh_due(lambda done: print(f"  {done:,} counted: {made.clock() - start:.0f} s", flush=True))
    print(f"{made.version}: {counted:,} customers counted first in {made.clock() - start:.0f} s", flush=True)
    return count * ITEMS


def _voucher(n: Any, prefix: str, place: int, amount: Any) -> dict[str, Any]:
    now, foreign = literal(clock.now(), Invoice.created_at.type), n % FOREIGN == 0
    digits = func.substr(cast(n + 10_000_000, String), 2)
    return {
        "customer_id": n,
        "number": literal(f"{prefix}-") + digits + literal(f"-{place}"),
        "happened_on": literal(clock.today() - timedelta(days=100 + place), Date()),
        "amount": amount,
        "currency": sa.case((foreign, "USD"), else_="CNY"),
        "base_amount": sa.case((foreign, amount * 7), else_=amount),
        "order_id": sa.null(),
        "status": literal("valid"),
        "source": literal("bench"),
        "created_at": now,
        "updated_at": now,
        "version": literal(1),
    }


def _spread(n: Any) -> Any:
    """Units of money, different for neighbours."""
    return (n * 7_919) % 9_973 + 50


def _invoice(n: Any, count: int, place: int) -> None:
    """One more open invoice of everybody, of a day that is over for two in three."""
    amount = (_spread(n) + place * 13) * 100
    settled = amount / 2 if place == 0 else literal(0)
    days = [(n % 30 == at, literal(clock.today() + timedelta(days=40 - at * 5 - place), Date())) for at in range(29)]
    due = sa.case(*days, else_=literal(clock.today() - timedelta(days=place), Date()))
    values = _voucher(n, "FP", place, amount) | {"id": n + place * count, "due_on": due}
    values |= {"matched": cast(settled, sa.BigInteger), "base_open": values["base_amount"]}
    _insert(Invoice, values, n % 3 == 0 if place == INVOICES else sa.true())


def _paid(n: Any, count: int) -> None:
    """Half of the first invoice was paid; and money came for which no invoice is known yet."""
    half = cast(_spread(n) * 100 / 2, sa.BigInteger)
    values = _voucher(n, "SK", 0, half) | {"id": n, "kind": literal("payment"), "matched": half}
    _insert(Receipt, values | {"base_open": literal(0)}, sa.true())
    left = _voucher(n, "SK", 1, (_spread(n) // 10 + 1) * 100) | {"id": n + count, "kind": literal("deposit")}
    _insert(Receipt, left | {"matched": literal(0), "base_open": left["base_amount"]}, sa.true())
    when = literal(clock.now(), Match.created_at.type)
    match = {"receipt_id": n, "invoice_id": n, "amount": half, "source": literal("bench"), "created_at": when}
    _insert(Match, match, sa.true())


def _shipped(n: Any) -> None:
    _insert(Shipment, _voucher(n, "FH", 0, _spread(n) * 30) | {"id": n, "invoice_id": sa.null()}, sa.true())


def _ordered() -> None:
    table: Any = Order.__table__
    db.session.execute(update(table).values(status="open"))


def _rated(n: Any) -> None:
    """Four in five are rated, some have a limit of their own, for some credit is kept."""
    today, now = clock.today(), clock.now()
    ids = [each["id"] for each in all_classes()][:4]
    rating = {
        "customer_id": n,
        "class_id": sa.case(*((n % 5 == at, each) for at, each in enumerate(ids))),
        "valid_from": literal(today - timedelta(days=200), Date()),
        "review_on": literal(today + timedelta(days=100), Date()),
        "reason": literal("bench"),
        "source": literal("page"),
        "created_at": literal(now, Rating.created_at.type),
        "created_by": literal("bench"),
    }
    _insert(Rating, rating, n % 5 < len(ids))
    limit = {
        "number": literal("XE-") + cast(n, String),
        "customer_id": n,
        "amount": literal(80_000_00, sa.BigInteger),
        "valid_from": literal(today - timedelta(days=20), Date()),
        "valid_to": literal(today + timedelta(days=90), Date()),
        "reason": literal("bench"),
        "state": literal("approved"),
        "requested_at": literal(now, Limit.requested_at.type),
        "requested_by": literal("bench"),
        "decided_at": literal(now, Limit.requested_at.type),
    }
    _insert(Limit, limit, n % OWN_LIMIT == 1)
    kept = {
        "customer_id": n,
        "order_number": literal("KEPT-") + cast(n, String),
        "amount": literal(1_000_00, sa.BigInteger),
        "created_at": literal(now, Rating.created_at.type),
        "created_by": literal("bench"),
        "expires_at": literal(now + timedelta(hours=24), Rating.created_at.type),
    }
    _insert(Reservation, kept, n % KEPT == 1)


#: what somebody would write by hand for this one company: its ages, its two currencies, the limits of its classes
FLOOR = """INSERT INTO bench_credit SELECT c.id,
 coalesce(o.amount, t.amount, 0), coalesce(i.owed, 0), coalesce(i.overdue, 0),
 coalesce(i.owed, 0) + coalesce(s.amount, 0) + coalesce(w.amount, 0) - coalesce(p.amount, 0)
 FROM customers_customer c
 LEFT JOIN (SELECT customer_id, sum((amount - matched) * CASE currency WHEN 'CNY' THEN 1 ELSE 7 END) AS owed,
  sum(CASE WHEN due_on < :today THEN amount - matched ELSE 0 END * CASE currency WHEN 'CNY' THEN 1 ELSE 7 END)
   AS overdue
  FROM trade_invoice WHERE status = 'valid' AND matched < amount GROUP BY customer_id) i ON i.customer_id = c.id
 LEFT JOIN (SELECT customer_id, sum(amount * CASE currency WHEN 'CNY' THEN 1 ELSE 7 END) AS amount
  FROM trade_shipment WHERE status = 'valid' AND invoice_id IS NULL GROUP BY customer_id) s ON s.customer_id = c.id
 LEFT JOIN (SELECT customer_id, sum(base_amount * 113 / 100) AS amount
  FROM trade_order WHERE status = 'open' GROUP BY customer_id) w ON w.customer_id = c.id
 LEFT JOIN (SELECT customer_id, sum((amount - matched) * CASE currency WHEN 'CNY' THEN 1 ELSE 7 END) AS amount
  FROM trade_receipt WHERE status = 'valid' AND matched < amount GROUP BY customer_id) p ON p.customer_id = c.id
 LEFT JOIN credit_rating r ON r.customer_id = c.id
 LEFT JOIN credit_class k ON k.id = r.class_id
 LEFT JOIN credit_terms t ON t.class_id = k.id AND t.version = k.version
 LEFT JOIN credit_limit o ON o.customer_id = c.id AND o.state = 'approved'"""
TABLE = "CREATE TABLE bench_credit (id BIGINT PRIMARY KEY, a BIGINT, b BIGINT, c BIGINT, d BIGINT)"


def measure(made: Made) -> Iterator[tuple[str, float, float | None]]:
    """Count what every customer owes, and one; against one statement written by hand. Yields name, ratio and limit."""
    with made.site.app.app_context():
        with writing() as session:
            session.execute(sa.text("DROP TABLE IF EXISTS bench_credit"))
            session.execute(sa.text(TABLE))
        start = made.clock()
        with writing() as session:
            session.execute(sa.text(FLOOR), {"today": clock.today()})
        floor = (made.clock() - start) * 1000
        with writing() as session:
            session.execute(sa.text("DROP TABLE bench_credit"))
        start = made.clock()
        parts = [(0, start)]
        counted = refresh_due(lambda done: parts.append((done, made.clock())), everybody=True)
        spent = (made.clock() - start) * 1000
    for (before, begun), (done, ended) in pairwise(parts):
        print(f"  customers {before + 1:,} to {done:,}: {ended - begun:.1f} s", flush=True)
    print(f"  most memory of this process so far: {getrusage(RUSAGE_SELF).ru_maxrss // 1024:,} MiB", flush=True)
    name = f"credit of {counted:,} customers with {counted * ITEMS:,} items"
    yield name, report(made.version, name, floor, spent), None
