"""What the tests of grading share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Text, literal, null, select, union_all

from kezhi import writing


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
