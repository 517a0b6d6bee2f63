"""How long a page of customers takes, as a multiple of the cheapest query of the same run.

    python bench/listing.py --rows 1000000 --database postgresql

Makes customers and trade summary rows with INSERT … SELECT, then times the list as it is served (rows, cells, links)
and prints the median of each case in milliseconds and as a ratio to the floor: one statement that reads as many rows
along the primary key. Ratios of two runs can be compared; milliseconds of two machines cannot.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, String, cast, func, literal

from kezhi import clock
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.pages import list_view
from kezhi.db import db, writing
from kezhi.listing.values import Position, encode
from kezhi.permissions import acting_as
from kezhi.testing.databases import Databases
from kezhi.users import User
from kezhi_trade.models import CustomerTrade

PAGE = 51  #: rows that a page of 50 reads
#: one in so many customers belongs to the salesperson with few and to the one with many customers
FEW, MANY = 1000, 10


def numbers(kind: str, count: int) -> Any:
    """A select of 1…count."""
    if kind == "postgresql":
        return sa.select(cast(func.generate_series(1, count), BigInteger).label("n")).cte("numbers")
    series = sa.select(literal(1).label("n")).cte("numbers", recursive=True)
    return series.union_all(sa.select(series.c.n + 1).where(series.c.n < count))


def person(login: str, role: str) -> User:
    """A new user with a role."""
    with writing():
        accounts.add_user(login, name=login, roles=[role], password_hash="none", must_change_password=False)  # noqa: S106
    user = accounts.user_named(login)
    assert user is not None
    return user


def fill(kind: str, count: int, few: User, many: User) -> None:
    """``count`` customers, two thirds with orders; one in twenty is a prospect without a code."""
    n = numbers(kind, count).c.n
    padded = func.substr(cast(n + 10_000_000, String), 2)
    spread, tens = (n * 7919) % count, n // 10  # regions that do not depend on the owner
    owner = sa.case((n % FEW == 0, literal(few.id)), (n % MANY == 1, literal(many.id)), else_=None)
    values = {
        "id": n,
        "code": sa.case((n % 20 == 0, None), else_=literal("KH-") + padded),
        "name": sa.case((n % 3 == 0, literal("上海")), (n % 3 == 1, literal("杭州")), else_=literal("Nord")) + padded,
        "region": sa.case((tens % 5 == 0, literal("华东")), (tens % 5 == 1, literal("华南")), else_=literal("")),
        "owner_id": owner,
        "created_at": literal(clock.now(), Customer.created_at.type),
        "updated_at": literal(clock.now(), Customer.updated_at.type),
        "version": literal(1),
    }
    texts = [
        column.name
        for column in Customer.__table__.columns
        if column.name not in values and not column.nullable and isinstance(column.type, sa.Text)
    ]
    values |= {name: literal("") for name in texts}
    summary = {
        "customer_id": n,
        "total_amount": spread * 100,
        "order_count": n % 40,
        "last_order_date": literal(clock.today(), sa.Date()),
    }
    with writing():
        for table, row in ((Customer.__table__, values), (CustomerTrade.__table__, summary)):
            rows = sa.select(*row.values())
            if table is not Customer.__table__:
                rows = rows.where(n % 3 != 0)
            db.session.execute(sa.insert(table).from_select(list(row), rows))
    with writing():
        db.session.execute(sa.text("ANALYZE"))


def cases(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """What is timed, by the arguments of the address."""
    middle = encode(Position(0, f"KH-{count // 2:07}", count // 2))
    money = encode(Position(0, count // 2 * 100, count // 2))
    yield "first page", {}
    yield "page in the middle", {"after": middle}
    yield "page before it", {"before": middle}
    yield "prospects (no code), middle", {"after": encode(Position(1, None, count // 2))}
    yield "by amount, first", {"sort": "trade.total_amount"}
    yield "by amount, descending", {"sort": "-trade.total_amount"}
    yield "by amount, middle", {"sort": "trade.total_amount", "after": money}
    yield "by amount, middle, back", {"sort": "-trade.total_amount", "before": money}
    yield (
        "by amount, no orders, middle",
        {
            "sort": "-trade.total_amount",
            "after": encode(Position(1, None, count // 2)),
        },
    )
    yield "by amount, one region", {"sort": "-trade.total_amount", "f.region": "华东"}
    yield "one region", {"f.region": "华东"}
    yield "code search", {"q": f"KH-{count // 2:07}"[:-2]}
    yield "name search, common", {"q": "上海"}
    yield "name search, rare", {"q": f"Nord{count - 1:07}"}


def timed(run: Callable[[], Any], repeat: int) -> float:
    """Median milliseconds of ``repeat`` runs, each in a read transaction of its own."""
    spent = []
    for _ in range(repeat + 1):
        db.session.rollback()
        start = time.perf_counter()
        run()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:]) * 1000


def page_of(args: dict[str, str]) -> Callable[[], Any]:
    return lambda: list_view().page(args)


def count_of(args: dict[str, str]) -> Callable[[], Any]:
    return lambda: list_view().count(args)


def floor_query() -> Any:
    """The cheapest way to as many rows."""
    table = Customer.__table__.c
    return db.session.execute(sa.select(table.id, table.name).order_by(table.id).limit(PAGE)).all()


def measure(kind: str, count: int, repeat: int) -> None:
    """Fill a database and print the table of results."""
    databases = Databases(kind)
    try:
        site = databases.site(["trade"])
        with site.app.app_context(), site.app.test_request_context("/customers"):
            chief = person("chief", "general-manager")
            few, many = person("few", "salesperson"), person("many", "salesperson")
            start = time.perf_counter()
            fill(kind, count, few, many)
            print(f"{databases.version()}, {count:,} customers, made in {time.perf_counter() - start:.0f} s")
            floor = timed(floor_query, repeat * 4)
            print(f"{'floor':44}{floor:10.2f} ms")
            for user, who in ((chief, "sees all"), (many, f"1 in {MANY}"), (few, f"1 in {FEW}")):
                with acting_as(user):
                    for name, args in cases(count):
                        report(f"{name}, {who}", timed(page_of(args), repeat), floor)
                    report(f"count, {who}", timed(count_of({}), repeat), floor)
                    report(f"count one region, {who}", timed(count_of({"f.region": "华东"}), repeat), floor)
        site.close()
    finally:
        databases.close()


def report(name: str, spent: float, floor: float) -> None:
    print(f"{name:44}{spent:10.2f} ms {spent / floor:8.1f} ×", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    measure(options.database, options.rows, options.repeat)
