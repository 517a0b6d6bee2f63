"""How long a search takes: the median and the slowest of twenty, over 500 terms, for people who see more or less.

    python bench/search.py --rows 1000000 --database postgresql [--explain]

Customers are those of ``bench/listing.py``; their tokens are made with INSERT … SELECT from those of one customer of
each sort. A term is timed as the search box asks it: every kind, eight results each. The target is that the slowest of
twenty (p95) takes at most five times the median (p50).
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, cast, func, literal

sys.path.insert(0, str(Path(__file__).parent))
from listing import FEW, MANY, fill, numbers, page_of, person, timed  # type: ignore[import-not-found]

from kezhi.builtin.search.models import Token
from kezhi.builtin.search.services import find, reconcile
from kezhi.builtin.search.services.following import state
from kezhi.builtin.search.tokens import tokens_of
from kezhi.db import db, writing
from kezhi.permissions import acting_as
from kezhi.testing.databases import Databases

TERMS = 500
SAMPLE = "9876543"  #: stands for the seven digits in which generated names and codes differ
NAMES = {0: "上海", 1: "杭州", 2: "Nord"}  #: by the remainder of the number, as ``fill`` names them


def fill_tokens(kind: str, count: int) -> int:
    """The tokens of all generated customers, one statement for each form of a token; returns their number."""
    n = numbers(kind, count).c.n
    padded = func.substr(cast(n + 10_000_000, String), 2)
    table = Token.__table__
    for rest, city in NAMES.items():
        forms = {("name", form, place) for form, place in tokens_of((), (city + SAMPLE,)).items()}
        forms |= {("code", form, place) for form, place in tokens_of((f"KH-{SAMPLE}",), ()).items()}
        by_token = {form: (part, place) for part, form, place in sorted(forms, key=lambda each: -each[2])}
        for form, (part, place) in sorted(by_token.items()):
            digits = next(SAMPLE[at:] for at in range(len(SAMPLE) + 1) if form.endswith(SAMPLE[at:]))
            text = literal(form.removesuffix(digits)) + func.substr(padded, len(SAMPLE) - len(digits) + 1)
            wanted = [n % 3 == rest] + ([n % 20 != 0] if part == "code" else [])
            rows = sa.select(literal("customers"), literal(place), text, n).where(*wanted)
            columns = ["kind", "place", "token", "record_id"]
            with writing() as session:
                session.execute(sa.insert(table).from_select(columns, rows))
    with writing() as session:
        session.execute(sa.delete(sa.table("search_pending")))
        session.execute(sa.text("ANALYZE"))
    return db.session.scalar(sa.select(func.count()).select_from(table)) or 0


def terms(count: int) -> Iterator[str]:
    """What people type, the same in every run: codes, numbers, parts of names, pinyin, several words, and misses."""
    chance = random.Random(7)  # noqa: S311
    for at in range(TERMS):
        number = f"{chance.randrange(1, count):07}"
        city, pinyin, initials = (("上海", "shanghai", "sh"), ("杭州", "hangzhou", "hz"))[at % 2]
        cut = chance.randrange(2, 7)
        yield (
            f"KH-{number}", f"kh{number[:cut]}", number, number[-4:], number.lstrip("0"),
            f"{city}{number[:cut]}", city, f"{city[1]}{number[:cut]}", f"{pinyin}{number}", pinyin[:cut],
            f"{initials}{number[:cut]}", initials, f"nord{number[:cut]}", "nord", f"{city} {number}",
            f"{city} {number[:cut]}", f"{pinyin} {number[:5]}", f"宁波{number}", f"nb{number[:cut]}",
            f"{number} {city[0]}",
        )[at % 20]  # fmt: skip


def measure(kind: str, count: int, explain: bool) -> None:
    """Fill a database and print the table of results."""
    databases = Databases(kind)
    try:
        site = databases.site(["trade"])
        with site.app.app_context(), site.app.test_request_context("/search"):
            chief, few, many = (
                person("chief", "general-manager"),
                person("few", "salesperson"),
                person("many", "salesperson"),
            )
            start = time.perf_counter()
            fill(kind, count, few, many)
            reconcile()
            made = fill_tokens(kind, count)
            with writing() as session:
                assert session.scalar(sa.select(func.count()).select_from(state)) == 3
            spent = time.perf_counter() - start
            print(f"{databases.version()}, {count:,} customers, {made:,} tokens, made in {spent:.0f} s", flush=True)
            for user, who in ((chief, "sees all"), (many, f"1 in {MANY}"), (few, f"1 in {FEW}")):
                with acting_as(user):
                    report(who, [(spent_on(text), text) for text in terms(count)])
                    for text in ("上海", f"上海{count // 2 // 3 * 3:07}", "sh00", "杭州 0012"):
                        print(f"    list, q={text:12} {timed(page_of({'q': text}), 5):8.2f} ms", flush=True)
            if explain:
                show_plans(site.engine, chief, few)
        site.close()
    finally:
        databases.close()


def spent_on(text: str) -> float:
    """Milliseconds of a term: the better of two runs, so that what is measured is the search and not the machine."""
    runs = []
    for _ in range(2):
        db.session.rollback()
        start = time.perf_counter()
        find(text)
        runs.append(time.perf_counter() - start)
    return min(runs) * 1000


def report(who: str, spent: list[tuple[float, str]]) -> None:
    """Median, the slowest of twenty, their ratio, and the slowest terms."""
    ordered = sorted(spent)
    p50, p95 = ordered[len(ordered) // 2][0], ordered[len(ordered) * 95 // 100][0]
    slowest = ", ".join(f"{text} {figure:.1f}" for figure, text in ordered[-3:])
    print(f"{who:12} p50 {p50:6.2f} ms  p95 {p95:6.2f} ms  {p95 / p50:4.1f} ×  slowest: {slowest}", flush=True)


def show_plans(engine: sa.Engine, *users: Any) -> None:
    """How the database answers a common word."""
    postgresql = engine.dialect.name == "postgresql"
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, given: Any, *_rest: Any) -> None:
        if "search_token" in text and text.startswith("SELECT"):
            seen.append((text, given))

    for user in users:
        sa.event.listen(engine, "before_cursor_execute", note)
        with acting_as(user):
            db.session.rollback()
            find("上海")
        sa.event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for text, given in seen:
            print("\n" + " ".join(text.split())[:400])
            for row in connection.exec_driver_sql(("EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN ") + text, given):
                print("   ", row[0] if postgresql else row[3])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--explain", action="store_true", help="print the plans for a common word")
    options = parser.parse_args()
    measure(options.database, options.rows, options.explain)
