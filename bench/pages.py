"""Which requests are timed, each with the same request to the floor: lists, a record, create and update."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from kezhi.builtin.apps.serve import keep_for_good
from kezhi.listing.values import Position, encode

from .floor import floor_app
from .generate import LOGINS, NAMES, PASSWORD, Made
from .timing import Visitor, in_pairs, report, token_in

LIST_LIMIT, DEEP_LIMIT = 2.0, 1.5  #: what is promised of lists, and of a page far inside one
SORTS = ("name", "grading.grade")
#: what the list sorted by free credit shows: what every list shows, and the figures
CREDIT_COLUMNS = (
    "code", "grading.grade", "name", "region", "business_type", "stage", "owner", "trade_since", "credit.class",
    "credit.limit", "credit.exposure", "credit.free", "credit.overdue", "trade.total_amount", "trade.last_order_date",
)  # fmt: skip
BY_FREE = f"/customers?{urlencode({'sort': 'credit.free', 'columns': ','.join(CREDIT_COLUMNS)})}"


def visitors(made: Made) -> dict[str, tuple[Visitor, Visitor]]:
    """Each person twice: as a visitor of the floor and of the product."""
    found = {}
    for login in LOGINS:
        product = Visitor(made.site, login, PASSWORD)
        frame = product.page("/customers?sort=name")
        found[login] = Visitor(floor_app(made.site.engine, frame, made.people), login, ""), product
    return found


def measure(made: Made, repeat: int, only: str | None = None) -> Iterator[tuple[str, float, float | None]]:
    """Time every page, or only those of ``credit`` or the ``record``, and print it; yields name, ratio and limit."""
    people = visitors(made)
    keep_for_good()  # as every serving process does
    for login, (floor, product) in people.items():
        for name, asked, address, limit in lists(made, login):
            if only == "record" or (only == "credit" and "by free" not in name and name != "list by name"):
                continue
            _same(floor.page(asked), product.page(address))
            pair = floor.ready(asked), product.ready(address)
            yield _told(made, f"{name}, {login}", *in_pairs([pair] * repeat, made.clock), limit)
    chief = people["administrator"][1]
    for sort in {None: (*SORTS, "credit.free"), "credit": ("credit.free",)}.get(only, ()):
        first = BY_FREE if sort == "credit.free" else f"/customers?sort={sort}"
        near, far = chief.ready(first), chief.ready(deep(made, sort)[1])
        name = f"row {made.count // 2:,} against the first page, by {sort.rpartition('.')[2]}"
        yield _told(made, name, *in_pairs([(near, far)] * repeat, made.clock), DEEP_LIMIT)
    for login, (floor, product) in people.items() if only != "credit" else ():
        address = f"/customers/{seen_by(made, login)}"
        pair = floor.ready(address), product.ready(address)
        yield _told(made, f"record page, {login}", *in_pairs([pair] * repeat, made.clock), None)
    if only is None:
        yield from changes(made, people, repeat)


def lists(made: Made, login: str) -> Iterator[tuple[str, str, str, float | None]]:
    """Name, address at the floor, address at the product, and the limit, of each list page."""
    for sort in SORTS:
        here = f"/customers?sort={sort}"
        yield f"list by {sort.rpartition('.')[2]}", here, here, LIST_LIMIT
        region = f"{here}&f.region=east"
        yield f"list by {sort.rpartition('.')[2]}, one region", region, region, LIST_LIMIT
    yield "list by free credit", "/customers?sort=credit.free", BY_FREE, LIST_LIMIT
    if login == "administrator":
        for sort in (*SORTS, "credit.free"):
            asked, address = deep(made, sort)
            yield f"list by {sort.rpartition('.')[2]} at row {made.count // 2:,}", asked, address, LIST_LIMIT
    code = f"KH-{made.count // 2:07}"[:-2]
    yield "list, code searched", f"/customers?sort=code&q={code}", f"/customers?sort=code&q={code}", None


def deep(made: Made, sort: str) -> tuple[str, str]:
    """The addresses of the page behind the middle row of a list, as links of the page before it lead there."""
    middle = made.count // 2
    query = "SELECT name, id FROM customers_customer ORDER BY name, id LIMIT 1 OFFSET :at"
    if sort == "credit.free":
        query = """SELECT free, customer_id FROM credit_summary WHERE free IS NOT NULL
         ORDER BY free, customer_id LIMIT 1 OFFSET :at"""
    elif sort != "name":
        query = """SELECT grade_order, customer_id FROM grading_current WHERE scheme_key = 'composite-abc'
         ORDER BY grade_order, customer_id LIMIT 1 OFFSET :at"""
    with made.site.engine.connect() as connection:
        value, number = connection.execute(sa.text(query), {"at": middle}).one()
    after = encode(Position(0, value, number))
    asked = urlencode({"sort": sort, "value": value, "id": number})
    listed = BY_FREE if sort == "credit.free" else f"/customers?sort={sort}"
    return f"/customers?{asked}", f"{listed}&after={after}"


def seen_by(made: Made, login: str) -> int:
    """A customer with orders and a grade that the person sees."""
    mine = {"manager": "department_id = :place", "salesperson": "owner_id = :me"}.get(login, "1 = 1")
    query = f"""SELECT id FROM customers_customer JOIN grading_current ON customer_id = id WHERE {mine}
     AND id > :half LIMIT 1"""  # noqa: S608 - our own words
    values = {"place": made.department, "me": made.people[login], "half": made.count // 3}
    with made.site.engine.connect() as connection:
        return int(connection.execute(sa.text(query), values).scalar_one())


def changes(made: Made, people: dict[str, tuple[Visitor, Visitor]], repeat: int) -> Iterator[tuple[str, float, None]]:
    """Create and update: every repetition sends a form of its own, made ready before anything is timed."""
    for login in ("manager", "salesperson"):
        both = people[login]
        forms = _forms(both, "/customers/new")
        news = []
        for at in range(repeat):
            pair = []
            for who, visitor, form in zip(("floor", "product"), both, forms, strict=True):
                given = form | {"name": f"新客户{login}{who}{made.run:03}{at:04}", "city": "宁波"}
                given["submission_key"] = f"{login}{made.run}-{at}"
                pair.append(visitor.ready("/customers/new", given))
            news.append((pair[0], pair[1]))
        yield _told(made, f"create, {login}", *in_pairs(news, made.clock), None)
        number = seen_by(made, login)
        forms = _forms(both, f"/customers/{number}/edit")
        saves = [_saves(visitor, made, number, forms[at], repeat, at) for at, visitor in enumerate(both)]
        yield _told(made, f"update, {login}", *in_pairs(zip(*saves, strict=True), made.clock), None)


def _saves(
    visitor: Visitor, made: Made, number: int, page: dict[str, Any], repeat: int, which: int
) -> list[Callable[[], Any]]:
    """Forms that each change the city of a record of its own: versions would else depend on who was first."""
    with made.site.engine.connect() as connection:
        row = connection.execute(
            sa.text("SELECT owner_id, department_id FROM customers_customer WHERE id = :id"), {"id": number}
        ).one()
        column, value = ("department_id", row[1]) if row[1] else ("owner_id", row[0])
        query = f"""SELECT id, version FROM customers_customer WHERE {column} = :value AND code LIKE 'KH-%'
         ORDER BY id LIMIT {2 * repeat}"""  # noqa: S608
        found = connection.execute(sa.text(query), {"value": value}).all()[which::2]
    saves = []
    for at in range(repeat):
        record, version = found[at % len(found)]
        turn = at // len(found)
        form = page | {"city": f"宁波{made.run}-{turn}", "version": version + turn, "base": "", "credit_code": ""}
        form |= {"submission_key": f"u{number}-{made.run}-{at}", "name": _name(made, record)}
        saves.append(visitor.ready(f"/customers/{record}/edit", form))
    return saves


def _name(made: Made, number: int) -> str:
    return f"{NAMES[number % 3]}{number:07}"


class Controls(HTMLParser):
    """What a browser sends of a page's forms when nothing is typed: names and values of their controls."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.inside = ""  #: the select or text area that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") not in ("checkbox", "radio", "submit", "file"):
            self.sent[name] = found.get("value", "")
        elif tag in ("select", "textarea") and name:
            self.inside, self.sent[name] = name, ""
        elif tag == "option" and "selected" in found:
            self.sent[self.inside] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.lasttag == "textarea":
            self.sent[self.inside] += data.strip("\r\n")


def _forms(both: tuple[Visitor, Visitor], address: str) -> list[dict[str, Any]]:
    """What the browser sends of the product's form besides what is typed: to the floor the same, with its own token."""
    controls = Controls()
    controls.feed(both[1].page(address))
    token = token_in(both[0].ready("/login")().get_data(as_text=True)) or token_in(both[0].page("/customers?sort=name"))
    return [controls.sent | {"csrf_token": token}, controls.sent]


def _same(floor: str, product: str) -> None:
    """Whether both pages show the same customers in the same order, in as many cells."""
    ids = [re.findall(r'class="kz-name" href="/customers/(\d+)"', page) for page in (floor, product)]
    assert ids[0] == ids[1], f"the floor shows other rows than the product: {ids[0][:5]} {ids[1][:5]}"
    cells = [len(re.findall(r"<td(?! role=\"cell\" class=\"kz-pick\")", page)) for page in (floor, product)]
    assert cells[0] == cells[1], f"the floor shows {cells[0]} cells and the product {cells[1]}"


def _told(made: Made, name: str, floor: float, spent: float, limit: Any) -> tuple[str, float, Any]:
    return name, report(made.version, name, floor, spent, limit), limit
