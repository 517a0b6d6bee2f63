"""SQLite finds customers by the indexes of their keys, also when its statistics speak against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import db, writing
from kezhi.builtin.customers import services
from kezhi.builtin.imports.services import import_file
from kezhi.site import Site

pytestmark = pytest.mark.services
COUNT = 30


def file(*columns: str) -> bytes:
    """The same 30 customers, with a value of their own in each of these columns."""
    values = {"name": "恒远{n:03}", "phone": "0571-88{n:06}", "email": "a{n}@example.cn", "code": "K{n:03}"}
    values |= {"prospect_number": "Q{n:03}", "customer_code": "K{n:03}"}
    rows = [",".join(values[column].format(n=n) for column in columns) for n in range(COUNT)]
    return "\n".join([",".join(columns), *rows]).encode()


def believe_in_many() -> None:
    """Statistics as they are for 30,000 customers without phone, mail address and credit code."""
    with writing() as session:
        session.execute(sa.text("ANALYZE"))
        for table, index, told in session.execute(sa.text("SELECT tbl, idx, stat FROM sqlite_stat1")).all():
            scaled = " ".join(str(COUNT * 1_000) if part == str(COUNT) else part for part in told.split())
            values = {"told": scaled, "table": table, "index": index}
            session.execute(
                sa.text("UPDATE sqlite_stat1 SET stat = :told WHERE tbl = :table AND idx IS :index"), values
            )


@contextmanager
def readings(site: Site) -> Iterator[list[str]]:
    """Filled with what reads all customers: once for each row of something else, or to find a few of them."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, many: bool) -> None:
        if not many and "customers_customer" in text:
            sent.append((text, values))

    found: list[str] = []
    sa.event.listen(site.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(site.engine, "before_cursor_execute", note)
    connection: Any = db.session.connection().connection.driver_connection
    for text, values in sent:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
        found += [
            f"{told}: {text}" for _id, _parent, _unused, told in plan if told.startswith("SCAN customers_customer")
        ]


@pytest.mark.clause("CUS-06", "CUS-08")
def test_the_duplicate_guard_reads_by_index_where_most_customers_have_no_phone(app: Flask, site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps statistics of its own about single values")
    import_file("customers", file("code", "name"))
    believe_in_many()
    db.session.remove()
    site.engine.dispose()  # what the planner knows is read when a connection begins
    with readings(site) as found:
        changed = import_file("customers", file("code", "name", "phone", "email"))
        again = import_file("customers", file("prospect_number", "name", "phone"))
        people = import_file("contacts", file("customer_code", "name", "phone"))
        hits = services.duplicates({"name": "恒远001", "phone": "0571-88000002", "credit_code": "91330106MA2H3K7Q4Q"})
    assert (changed["updated"], again["created"], people["created"]) == (COUNT, COUNT, COUNT)
    assert len(again["warnings"]) == 2 * COUNT  # by name and by phone
    assert {hit.fields for hit in hits} == {("name",), ("phone",)}
    assert found == []
