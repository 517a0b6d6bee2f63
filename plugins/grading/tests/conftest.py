"""What the tests of grading share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Text, insert, literal, null, select, union_all

from kezhi import clock, db, writing
from kezhi.builtin.customers.models import Customer


@pytest.fixture
def add_customer(app: Any) -> Callable[..., int]:
    """``add_customer("C1", name)`` makes a customer and answers its id."""
    from kezhi.builtin.customers.services import create_customer

    def make(code: str, name: str = "") -> int:
        with writing():
            return int(create_customer({"code": code, "name": name or f"Company {code}"}).id)

    return make


@pytest.fixture
def add_orders(app: Any) -> Callable[..., None]:
    """``add_orders(("C1", "1997-05-01", "100.00"), …)`` imports orders."""
    from kezhi.builtin.imports.services import import_file

    count = 0

    def make(*orders: tuple[str, str, str]) -> None:
        nonlocal count
        lines = ["order_no,customer_code,order_date,amount"]
        for code, day, amount in orders:
            count += 1
            lines.append(f"O{count:04d},{code},{day},{amount}")
        document = import_file("orders", "\n".join(lines).encode(), "orders.csv", mapping={}, skip_bad_rows=False)
        assert not document["errors"], document

    return make


@pytest.fixture
def judged_by_sql(app: Any) -> Callable[[Any, Any], dict[int, tuple[str | None, str, Any]]]:
    """``judged_by_sql(scheme, {1: {"orders": Figures(10), …}, …})`` answers grade, rule and outcomes by customer."""
    from kezhi import db
    from kezhi.figures import sql_int
    from kezhi_grading.compile import scored

    def column(value: int | None, name: str) -> Any:
        # a column of NULLs alone has no type on PostgreSQL
        return (sql_int(0) + (null() if value is None else sql_int(value))).label(name)

    def inputs(scheme: Any, customer: int, row: Any) -> Any:
        columns: list[Any] = [
            sql_int(customer).label("customer_id"), literal("", Text()).label("code"), literal("", Text()).label("name")
        ]  # fmt: skip
        for number, criterion in enumerate(scheme.criteria):
            figures = row[criterion.key]
            columns += [column(figures.value, f"v{number}"), column(1, f"g{number}")]
            for letter, values in (("y", figures.years), ("m", figures.months)):
                columns += [column(value, f"v{number}{letter}{place}") for place, value in enumerate(values)]
        return select(*columns)

    def judge(scheme: Any, rows: Any) -> dict[int, tuple[str | None, str, Any]]:
        selects = [inputs(scheme, customer, row) for customer, row in rows.items()]
        table = (union_all(*selects) if len(selects) > 1 else selects[0]).cte("inputs")
        found = {}
        for row in db.session.execute(scored(scheme, table)):
            codes = {criterion.key: row.criteria[criterion.key]["tests"] for criterion in scheme.criteria}
            found[row.customer_id] = (row.grade, row.rule, codes)
        db.session.rollback()
        return found

    return judge


@pytest.fixture
def fill(app: Any) -> Callable[[int, int], None]:
    """``fill(100, 500)`` writes customers 100 to 499 and an order each straight into the tables."""
    from kezhi_trade.models import Order

    def make(first: int, last: int) -> None:
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

    return make
