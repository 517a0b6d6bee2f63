"""A company with as many customers as asked for, made with INSERT … SELECT: seconds for 10,000, minutes for 1,000,000.

Two thirds of the customers have orders, a summary and a published grade; one in twenty is a prospect without a code.
The manager's department has one in 300 of the customers, the salesperson 353 of a million.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, String, cast, func, literal, select

from kezhi import clock
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.accounts.models import ADMINISTRATOR
from kezhi.builtin.customers.models import Customer, CustomerOwner
from kezhi.builtin.protection.fields import Protected
from kezhi.builtin.protection.services import renew
from kezhi.builtin.search.models import Token
from kezhi.builtin.search.services import reconcile
from kezhi.builtin.search.tokens import tokens_of
from kezhi.db import db, writing
from kezhi.site import Site
from kezhi.testing.databases import Databases
from kezhi_grading.models import PUBLISHED, CurrentGrade, Result, Run
from kezhi_grading.services.schemes import current_version, primary_key, scheme_of
from kezhi_trade.models import CustomerTrade, Order

from .timing import Clock

MANAGED = 300  #: one in so many customers belongs to the manager's department
OWNED = 2_833  #: one in so many belongs to the salesperson: 353 of a million, of fewer at least some 25
PASSWORD = "Bench-password-1"  # noqa: S105 - of people who live as long as the run
LOGINS = ("administrator", "manager", "salesperson")
SAMPLE = "9876543"  #: stands for the seven digits in which generated names and codes differ
NAMES = {0: "上海", 1: "杭州", 2: "Nord"}  #: how a name begins, by the remainder of its number
GRADES = (("A", 1, "green", 85_000), ("B", 2, "blue", 70_000), ("C", 3, "amber", 40_000))


@dataclass(frozen=True)
class Made:
    """A filled site. ``people`` holds the id of each login."""

    kind: str
    version: str
    count: int
    site: Site
    people: dict[str, int]
    department: int
    run: int  #: of this run on these data: what is entered by each must be new
    clock: Clock = time.perf_counter  #: what is timed with


OPTIONS = {"WTF_CSRF_ENABLED": True, "TESTING": False}


def kept(databases: Databases, count: int) -> Made | None:
    """The site that an earlier run made here, with its search tokens; None when it was not finished."""
    note = databases.folder / "made.json"
    if not note.exists():
        return None
    told = json.loads(note.read_text())
    site = databases.again(told["data"], **OPTIONS)
    made = Made(databases.kind, databases.version(), count, site, told["people"], told["department"], told["run"] + 1)
    keep(databases, made)
    return made


def keep(databases: Databases, made: Made) -> None:
    """Note beside the data what the next run has to know."""
    told = {"data": made.site.config.data.name, "people": made.people, "department": made.department, "run": made.run}
    (databases.folder / "made.json").write_text(json.dumps(told))


def make(databases: Databases, count: int) -> Made:
    """A new site with ``count`` customers, without search tokens and what they owe."""
    site = databases.site(["trade", "grading", "credit", "complaints"], **OPTIONS)
    with site.app.app_context():
        hashed = accounts.hash_password(PASSWORD)
        with writing():
            department = accounts.add_department("Bench east").id
            for login, role in zip(LOGINS, (ADMINISTRATOR, "sales-manager", "salesperson"), strict=True):
                accounts.add_user(
                    login,
                    name=login.title(),
                    roles=[role],
                    password_hash=hashed,
                    must_change_password=False,
                    department_id=department if login == "manager" else None,
                )
        people = {login: user.id for login in LOGINS if (user := accounts.user_named(login)) is not None and user.id}
        fill(databases.kind, count, department, people["salesperson"])
        db.session.remove()
    return Made(databases.kind, databases.version(), count, site, people, department, 0)


def numbers(kind: str, count: int) -> Any:
    """A select of 1…count."""
    if kind == "postgresql":
        return select(cast(func.generate_series(1, count), BigInteger).label("n")).cte("numbers")
    series = select(literal(1).label("n")).cte("numbers", recursive=True)
    return series.union_all(select(series.c.n + 1).where(series.c.n < count))


def fill(kind: str, count: int, department: int, owner: int) -> None:
    """Customers, who owns them, their orders, summaries, results and grades."""
    n = numbers(kind, count).c.n
    owned = min(OWNED, count // 25 | 1)
    digits = func.substr(cast(n + 10_000_000, String), 2)
    spread, tens = (n * 7919) % count, n // 10  # figures that follow neither the owner nor the order of entry
    now = literal(clock.now(), Customer.created_at.type)
    names = sa.case(*((n % 3 == rest, literal(city)) for rest, city in NAMES.items()))
    customer = {
        "id": n,
        "code": sa.case((n % 20 == 0, None), else_=literal("KH-") + digits),
        "prospect_number": sa.case((n % 20 == 0, literal("Q-") + digits), else_=None),
        "name": names + digits,
        # names and codes as different as real ones: a planner that thinks all the same reads the whole table
        "name_key": func.lower(names + digits),
        "credit_code": literal("91330100") + digits + "XYZ",
        "credit_code_key": literal("91330100") + digits + "XYZ",  # blind indexes follow, with the seals
        "region": sa.case((tens % 5 == 0, literal("east")), (tens % 5 == 1, literal("south")), else_=literal("")),
        "owner_id": sa.case((n % owned == 0, literal(owner)), else_=None),
        "department_id": sa.case((n % MANAGED == 1, literal(department)), else_=None),
        "created_at": now,
        "updated_at": now,
        "version": literal(1),
    }
    texts = [
        each.name
        for each in Customer.__table__.columns
        if isinstance(each.type, sa.Text | Protected) and not each.nullable
    ]
    customer = {name: literal("") for name in texts} | customer
    held = {"customer_id": n, "user_id": literal(owner), "from_at": now}
    day = literal(date(2024, 6, 30), sa.Date())
    summary = {"customer_id": n, "total_amount": spread * 100, "order_count": literal(1), "last_order_date": day}
    order = {
        "id": n,
        "customer_id": n,
        "number": literal("SO-") + digits,
        "order_date": day,
        "product_group": literal(""),
        "amount": spread * 100,
        "tax_rate": literal(130_000),
        "currency": literal("CNY"),
        "base_amount": spread * 100,
        "status": literal("done"),
        "source": literal("bench"),
        "created_at": now,
        "updated_at": now,
        "version": literal(1),
    }
    with_orders = n % 3 != 0
    with writing():
        _insert(Customer, customer, sa.true())
        _insert(CustomerOwner, held, n % owned == 0)
        _insert(Order, order, with_orders)
        _insert(CustomerTrade, summary, with_orders)
        _grade(n, spread, digits, names, with_orders)
        if kind == "postgresql":  # ids were given by hand: the next one comes behind them
            for model in (Customer, Order):
                table = model.__tablename__
                db.session.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {count + 1})"))
    renew("fields")
    with writing():
        db.session.execute(sa.text("ANALYZE"))


def _grade(n: Any, spread: Any, digits: Any, names: Any, chosen: Any) -> None:
    """A published run of the primary scheme with a result and a grade in force for each chosen customer."""
    version = current_version(primary_key())
    scheme = scheme_of(version)
    criteria = {
        each.key: {"value": None, "points": None, "missing": "excluded", "given": 0} for each in scheme.criteria
    }
    criteria[scheme.criteria[0].key] = {"value": 100_000, "points": 80_000, "missing": None, "given": 1}
    run = Run(
        number=1, scheme_id=version.id, scheme_key=version.key, period_start=date(2024, 1, 1),
        period_end=date(2024, 12, 31), state=PUBLISHED, graded=0, ungradable=0, counts={}, totals={}, sources={},
        evidence_units={}, without_source=[], effective_from=date(2025, 1, 1), created_at=clock.now(),
        created_by="bench", published_at=clock.now(),
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()

    def by_grade(place: int) -> Any:
        values = [literal(grade[place]) for grade in GRADES]
        return sa.case((spread % 10 == 0, values[0]), (spread % 10 < 4, values[1]), else_=values[2])

    result = {
        "run_id": literal(run.id),
        "customer_id": n,
        "code": literal("KH-") + digits,
        "name": names + digits,
        "numerator": by_grade(3),
        "denominator": literal(1),
        "score": by_grade(3),
        "grade": by_grade(0),
        "grade_order": by_grade(1),
        "rule": literal("bench"),
        "criteria": sa.type_coerce(sa.cast(literal(json.dumps(criteria)), Result.criteria.type), Result.criteria.type)
        if db.engine.dialect.name == "postgresql"
        else literal(json.dumps(criteria)),
    }
    current = {
        "customer_id": n,
        "scheme_key": literal(version.key),
        "grade": by_grade(0),
        "grade_order": by_grade(1),
        "tone": by_grade(2),
        "score": by_grade(3),
        "run_id": literal(run.id),
        "effective_from": literal(date(2025, 1, 1), sa.Date()),
    }
    _insert(Result, result, chosen)
    _insert(CurrentGrade, current, chosen)


def _insert(model: Any, values: dict[str, Any], chosen: Any) -> None:
    rows = select(*values.values()).where(chosen)
    db.session.execute(sa.insert(model.__table__).from_select(list(values), rows, include_defaults=False))


def fill_tokens(made: Made) -> int:
    """The tokens of all customers, one statement for each form of a token; returns their number."""
    n = numbers(made.kind, made.count).c.n
    digits = func.substr(cast(n + 10_000_000, String), 2)
    table = Token.__table__
    reconcile()
    with writing() as session:
        session.execute(sa.delete(table).where(table.c.kind == "customers"))
        for rest, city in NAMES.items():
            forms = {("name", form, place) for form, place in tokens_of((), (city + SAMPLE,)).items()}
            forms |= {("code", form, place) for form, place in tokens_of((f"KH-{SAMPLE}",), ()).items()}
            by_token = {form: (part, place) for part, form, place in sorted(forms, key=lambda each: -each[2])}
            for form, (part, place) in sorted(by_token.items()):
                same = next(SAMPLE[at:] for at in range(len(SAMPLE) + 1) if form.endswith(SAMPLE[at:]))
                text = literal(form.removesuffix(same)) + func.substr(digits, len(SAMPLE) - len(same) + 1)
                wanted = [n % 3 == rest] + ([n % 20 != 0] if part == "code" else [])
                rows = select(literal("customers"), literal(place), text, n).where(*wanted)
                session.execute(sa.insert(table).from_select(["kind", "place", "token", "record_id"], rows))
        session.execute(sa.delete(sa.table("search_pending")))
    with writing() as session:
        session.execute(sa.text("ANALYZE"))
    return db.session.scalar(select(func.count()).select_from(table)) or 0
