"""The work of a page and of a grading run does not grow with the number of customers: the database does it."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import BigInteger, Date, Text, case, cast, event, func, insert, literal, select, text, union_all
from sqlalchemy.engine.cursor import CursorFetchStrategy

from kezhi import clock, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.figures import divide
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.databases import Databases
from kezhi.testing.plugin import new_person

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "grading")]

SMALL, LARGE = 100, 100_000
OWNED = 100  #: customers of the salesperson, at both sizes
START, END = date(1997, 1, 1), date(1997, 12, 31)
PUBLISHED = 1_000_000  #: id of the run whose grades are in force
MOST_ROWS = 60  #: that a run may bring to Python


# ── the data ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Company:
    """A site with a number of customers."""

    site: Site
    size: int


@pytest.fixture(scope="module")
def companies(databases: Databases) -> Iterator[list[Company]]:
    """The same company, small and large."""
    made = [Company(databases.site(["trade", "grading"]), size) for size in (SMALL, LARGE)]
    for company in made:
        app = company.site.app
        app.test_client_class = IsolatedClient
        with app.app_context():
            owner = new_person(app, "seller", "salesperson").id
            new_person(app, "chief", "administrator")
            with writing():
                seed(company.size, int(owner or 0))
            analyse(company.site)
            db.session.remove()
    yield made
    for company in made:
        databases.drop(company.site)


def analyse(site: Site) -> None:
    """Let the planner know the tables, as it would of itself after a while."""
    with site.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def blank(table: Any, given: dict[str, Any]) -> dict[str, Any]:
    """``given`` with the plainest value in every other column that must have one."""
    now, found = clock.now(), dict[str, Any]()
    for column in table.c:
        if column.name in given or column.nullable or column.primary_key:
            continue
        kind = type(column.type).__name__
        plain: Any = {"BigInteger": 0, "BigInt": 0, "Integer": 1, "UtcDateTime": now}.get(kind, "")
        found[column.name] = literal(plain, column.type)
    return {**found, **given}


def fill(table: Any, given: dict[str, Any], source: Any, *conditions: Any) -> None:
    """One INSERT … SELECT."""
    values = blank(table, given)
    rows = select(*values.values()).select_from(source).where(*conditions)
    db.session.execute(insert(table).from_select(list(values), rows))


def seed(size: int, owner: int) -> None:
    """Customers with orders, their summary, and grades in force, made by the database itself."""
    from kezhi_grading.models import CurrentGrade, Run
    from kezhi_grading.services.schemes import current_version
    from kezhi_trade.models import CustomerTrade, Order
    from kezhi_trade.services.summary import computed

    first: Any = select(literal(1, BigInteger()).label("n")).cte("numbers", recursive=True)
    numbers = first.union_all(select(first.c.n + 1).where(first.c.n < size))
    n = numbers.c.n
    mine = case((n <= OWNED, literal(owner, BigInteger())))
    code = literal("K", Text()) + cast(n + 1_000_000, Text)
    name = literal("Company ", Text()) + cast(n, Text)
    fill(Customer.__table__, {"id": n, "code": code, "name": name, "owner_id": mine, "credit_code": None}, numbers)

    twice = union_all(*(select(literal(k, BigInteger()).label("k")) for k in (0, 1))).subquery()
    k = twice.c.k
    amount = (n * 7919 + k * 104_729) % 30_000_000
    day = case(
        {month: literal(date(1997, month + 1, 3 + month), Date()) for month in range(12)}, value=(n + 5 * k) % 12
    )
    order = {
        "customer_id": n, "number": literal("O", Text()) + cast(n, Text) + literal("-", Text()) + cast(k, Text),
        "order_date": day, "amount": amount, "base_amount": amount, "currency": literal("CNY"),
        "status": case(((n + k) % 11 == 0, "cancelled"), else_="open"), "source": literal("import"),
    }  # fmt: skip
    # one customer of seven has no order, one of three of the others has one
    fill(Order.__table__, order, numbers.join(twice, n % 7 > 0), (k == 0) | (n % 3 > 0))
    columns = ["customer_id", "total_amount", "order_count", "last_order_date"]
    db.session.execute(insert(CustomerTrade.__table__).from_select(columns, computed()))

    version = current_version("composite-abc")
    run = Run(
        id=PUBLISHED, number=PUBLISHED, scheme_id=version.id, scheme_key=version.key, period_start=START,
        period_end=END, state="published", graded=size, ungradable=0, counts={}, totals={}, sources={},
        evidence_units={}, without_source=[], effective_from=END, created_at=clock.now(), created_by="system",
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    place = case((n % 10 < 8, 1), (n % 10 < 9, 2), else_=3)  # a page of A customers is full at either size
    grades = case({1: "A", 2: "B", 3: "C"}, value=place)
    given = {
        "customer_id": n, "scheme_key": literal("composite-abc", Text()), "grade": grades, "grade_order": place,
        "tone": literal("green"), "score": n % 100_000, "run_id": literal(PUBLISHED, BigInteger()),
        "effective_from": literal(END, Date()),
    }  # fmt: skip
    fill(CurrentGrade.__table__, given, numbers)
    assert db.session.scalar(select(func.count()).select_from(Customer)) == size
    if db.engine.dialect.name == "postgresql":  # the next number follows those given here
        db.session.execute(
            text("SELECT setval(pg_get_serial_sequence('customers_customer', 'id'), :size)"), {"size": size}
        )


# ── counting ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Traffic:
    """What went to the database, and how many rows came back."""

    statements: list[str] = field(default_factory=list)
    rows: int = 0


@contextmanager
def traffic(site: Site) -> Iterator[Traffic]:
    """Count the statements and the rows of a block."""
    seen = Traffic()

    def note(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if not text.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
            seen.statements.append(text)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetchall", "fetchmany", "fetchone"):
            original = getattr(CursorFetchStrategy, name)

            def counting(self: Any, *args: Any, _original: Any = original, **options: Any) -> Any:
                rows = _original(self, *args, **options)
                seen.rows += len(rows) if isinstance(rows, list) else int(rows is not None)
                return rows

            patch.setattr(CursorFetchStrategy, name, counting)
        event.listen(site.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(site.engine, "before_cursor_execute", note)


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────

SHOWN = "columns=grading.grade,grading.score,code,name,owner,trade.total_amount,trade.order_count,trade.last_order_date"
LISTS = {
    "first page": SHOWN,
    "by grade": f"{SHOWN}&sort=grading.grade",
    "by grade, worst first": f"{SHOWN}&sort=-grading.grade",
    "by amount": f"{SHOWN}&sort=trade.total_amount",
    "by amount, largest first": f"{SHOWN}&sort=-trade.total_amount",
    "grade A": f"{SHOWN}&f.grading.grade=A",
    "grade A by amount": f"{SHOWN}&f.grading.grade=A&sort=-trade.total_amount",
}


@pytest.mark.parametrize("login", ["chief", "seller"])
def test_a_list_page_takes_as_many_statements_for_100_customers_as_for_100_000(
    companies: list[Company], login: str
) -> None:
    counts: dict[str, list[int]] = defaultdict(list)
    rows: dict[str, list[int]] = defaultdict(list)
    for company in companies:
        client = company.site.app.test_client()
        assert client.post("/login", data={"login": login, "password": f"{login}-password-1"}).status_code == 302
        client.get("/customers")  # what a process asks once
        for name, query in LISTS.items():
            with traffic(company.site) as seen:
                answer = client.get(f"/customers?{query}")
            assert answer.status_code == 200
            body = answer.get_data(as_text=True)
            assert body.count("Company ") >= 50, "a full page"
            counts[name].append(len(seen.statements))
            rows[name].append(seen.rows)
    assert {name: found for name, found in counts.items() if len(set(found)) > 1} == {}
    assert max(max(found) for found in counts.values()) <= 20
    assert min(min(found) for found in rows.values()) > 50, "the rows of the page are counted"
    assert max(max(found) for found in rows.values()) <= 200, "about the rows of a page, whatever there is"


# ── the other pages ─────────────────────────────────────────────────────────────────────────────────────────────

FEW, MORE = 10, 1_000


@pytest.fixture(scope="module")
def pair(databases: Databases) -> Iterator[list[Company]]:
    """The same company with 10 customers and with 1,000, in one department, with search tokens."""
    from kezhi.builtin.accounts import services as accounts
    from kezhi.builtin.search.services import rebuild

    made = [Company(databases.site(["trade", "grading"]), size) for size in (FEW, MORE)]
    for company in made:
        app = company.site.app
        app.test_client_class = IsolatedClient
        with app.app_context():
            with writing():
                department = accounts.add_department("East").id
            owner = new_person(app, "seller", "salesperson").id
            new_person(app, "boss", "sales-manager", department_id=department)
            new_person(app, "chief", "administrator")
            with writing():
                seed(company.size, int(owner or 0))
                db.session.execute(Customer.__table__.update().values(department_id=department))
            rebuild(["customers"])
            analyse(company.site)
            db.session.remove()
    yield made
    for company in made:
        databases.drop(company.site)


@pytest.mark.parametrize("login", ["chief", "boss", "seller"])
def test_pages_take_as_many_statements_for_10_customers_as_for_1000(pair: list[Company], login: str) -> None:
    counts: dict[str, list[int]] = defaultdict(list)
    for company in pair:
        client = company.site.app.test_client()
        assert client.post("/login", data={"login": login, "password": f"{login}-password-1"}).status_code == 302

        def ask(
            what: str, address: str, form: dict[str, Any] | None = None, client: Any = client, site: Site = company.site
        ) -> str:
            with traffic(site) as seen:
                answer = client.get(address) if form is None else client.post(address, data=form)
            assert answer.status_code == (200 if form is None else 302), (what, answer.get_data(as_text=True)[-3000:])
            counts[what].append(len(seen.statements))
            return str(answer.get_data(as_text=True))

        for turn in ("first", "again"):  # the first time asks what a process asks once
            new = {"name": f"Newcomer {login} {turn}", "submission_key": f"n-{login}-{turn}"}
            change = {"name": "Company 3", "city": f"{login} {turn}", "submission_key": f"c-{login}-{turn}"}
            if turn == "again":
                counts.clear() if company is pair[0] else [found.pop() for found in counts.values()]
            with company.site.app.app_context():
                version = db.session.scalar(select(Customer.version).where(Customer.id == 3))
                db.session.remove()
            assert "Company 3" in ask("list", "/customers")
            assert "Company 3" in ask("record", "/customers/3")
            ask("empty form", "/customers/new")
            ask("form", "/customers/3/edit")
            assert "Company 3" in ask("search", "/search?q=Company+3")
            assert "Company 3" in ask("suggestions", "/search/suggestions?q=Company+3")
            ask("create", "/customers/new", new)
            ask("update", "/customers/3/edit", change | {"version": version})
            with company.site.app.app_context():
                assert db.session.scalar(select(Customer.city).where(Customer.id == 3)) == f"{login} {turn}"
                assert db.session.scalar(select(func.count()).where(Customer.name == new["name"])) == 1
                db.session.remove()
    assert {len(found) for found in counts.values()} == {2}
    assert {what: found for what, found in counts.items() if found[1] > found[0]} == {}
    # what finds less than a page looks on: for rows without a value (lists), for other ways to spell it (search)
    lists = {"list", "search", "suggestions"}
    assert {what for what, found in counts.items() if found[1] < found[0]} <= lists
    assert all(found[0] - found[1] <= 1 for found in counts.values()), counts


# ── the run ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("GRD-10")
@pytest.mark.parametrize("key", ["composite-abc", "rfm"])
def test_a_run_takes_as_many_statements_for_100_customers_as_for_100_000(companies: list[Company], key: str) -> None:
    from kezhi_grading import services

    counts, rows = [], []
    for company in companies:
        with company.site.app.app_context():
            with traffic(company.site) as seen, writing():
                number = services.run_scheme(key, START, END).number
            counts.append(len(seen.statements))
            rows.append(seen.rows)
            run = services.run_by_number(number)
            assert run.graded + run.ungradable == company.size
            check_against_plain_python(key, run.id)
            db.session.remove()
    assert counts[0] == counts[1]
    assert 0 < max(rows) <= MOST_ROWS


def check_against_plain_python(key: str, run_id: int) -> None:
    """Twenty customers counted again from their orders."""
    from kezhi_grading.models import Result
    from kezhi_trade.models import Order

    order: Any = Order.__table__.c
    sums: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    last: dict[int, date] = {}
    statement = select(order.customer_id, order.order_date, order.base_amount).where(order.status != "cancelled")
    for customer, day, amount in db.session.execute(statement):
        assert START <= day <= END
        sums[customer] += amount
        counts[customer] += 1
        last[customer] = max(day, last.get(customer, day))
    customers = sorted(db.session.scalars(select(Customer.id)))
    sample = random.Random(7).sample(customers, 20)  # noqa: S311
    if key == "composite-abc":
        expected = {customer: composite(sums[customer]) for customer in sample}
    else:
        amounts = sorted(sums[customer] for customer in customers)
        numbers = sorted(counts[customer] for customer in customers)
        freshness = sorted(-(END - day).days for day in last.values())
        expected = {}
        for customer in sample:
            fresh = fifth(freshness, -(END - last[customer]).days) if customer in last else 1
            points = fresh + fifth(numbers, counts[customer]) + fifth(amounts, sums[customer])
            expected[customer] = (points * 1000, "A" if points >= 12 else "B" if points >= 8 else "C")
    result: Any = Result.__table__.c
    chosen = select(result.customer_id, result.score, result.grade).where(
        result.run_id == run_id, result.customer_id.in_(sample)
    )
    assert {row[0]: (row[1], row[2]) for row in db.session.execute(chosen)} == expected


def composite(amount: int) -> tuple[int, str]:
    """Score and grade by the order amount alone: nobody provides the other figures, so they are left out."""
    anchors = [(0, 0), (10_000_00, 60_000), (50_000_00, 80_000), (200_000_00, 100_000)]
    score = anchors[-1][1]
    for (low, fewer), (high, more) in pairwise(anchors):
        if amount <= high:
            score = fewer + divide((amount - low) * (more - fewer), high - low)
            break
    return score, "A" if score >= 80_000 else "B" if score >= 60_000 else "C"


def fifth(everybody: list[int], value: int) -> int:
    """1 to 5 by how many are worse, equal ones alike."""
    return bisect_left(everybody, value) * 5 // len(everybody) + 1
