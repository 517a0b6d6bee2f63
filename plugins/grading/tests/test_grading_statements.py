"""A run is a handful of statements, and none of its figures passes through Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine.cursor import CursorFetchStrategy

from kezhi import clock, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi_grading import services
from kezhi_grading.services.approval import put_in_force

START, END = date(1997, 1, 1), date(1997, 12, 31)
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


def fill(first: int, last: int) -> None:
    """Customers and an order each, written straight into the tables."""
    from kezhi_trade.models import Order

    now = clock.now()
    people = [
        {"code": f"K{n:06d}", "name": f"Company {n}", "created_at": now, "updated_at": now, "version": 1}
        for n in range(first, last)
    ]
    with writing():
        db.session.execute(insert(Customer), people)
        ids = dict(db.session.execute(select(Customer.code, Customer.id)).all())  # type: ignore[arg-type]
        order: Any = Order.__table__
        required = {c.name for c in order.c if not c.nullable and c.default is None and not c.primary_key}
        blank: dict[str, Any] = {
            "currency": "CNY", "tax_rate": 0, "status": "open", "source": "import", "version": 1,
            "created_at": now, "updated_at": now, "product_group": "",
        }  # fmt: skip
        rows = []
        for n in range(first, last):
            amount = n * 997 % 30_000_000
            row = {**blank, "number": f"O{n}", "external_id": f"O{n}", "customer_id": ids[f"K{n:06d}"]}
            row |= {"order_date": date(1997, 1 + n % 12, 3), "amount": amount, "base_amount": amount}
            missing = required - row.keys()
            rows.append({**dict.fromkeys(missing, 0), **{k: v for k, v in row.items() if k in order.c}})
        db.session.execute(insert(order), rows)


@contextmanager
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows come back from the database inside a block."""
    counts: list[int] = []
    for name in ("fetchall", "fetchmany", "fetchone"):
        original = getattr(CursorFetchStrategy, name)

        def counting(self: Any, *args: Any, _original: Any = original, **options: Any) -> Any:
            rows = _original(self, *args, **options)
            counts.append(len(rows) if isinstance(rows, list) else int(rows is not None))
            return rows

        monkeypatch.setattr(CursorFetchStrategy, name, counting)
    yield counts
    monkeypatch.undo()


@pytest.mark.clause("GRD-10")
@pytest.mark.parametrize("key", ["composite-abc", "rfm", "four-tiers"])
def test_a_run_takes_as_many_statements_for_100_customers_as_for_5000(
    app: Any, statements: Any, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    seen = []
    with writing():
        services.run_scheme(key, START, END)  # the first run of all begins the sequence of numbers
    for first, last in ((0, 100), (100, 5000)):
        fill(first, last)
        with statements() as counted, fetched(monkeypatch) as rows, writing():
            number = services.run_scheme(key, START, END).number
        run = services.run_by_number(number)
        assert run.graded == last
        with statements() as publishing, writing():
            put_in_force(services.run_by_number(number), END)
        seen.append((counted.count, publishing.count))
        assert sum(rows) <= 40
    assert seen[0] == seen[1]
    assert max(seen[0]) <= 30
