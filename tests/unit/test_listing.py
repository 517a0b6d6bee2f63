"""The list machine: every row once whatever the order, only what one may see, in a constant number of statements."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import python_calamine
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kezhi.builtin.lists.export import export, export_head, export_rows
from kezhi.builtin.lists.faces import cells_of
from kezhi.contributions import ALL, Access, Choice, Column, Filter, Join
from kezhi.db import BigInt, CodeText, UtcDateTime, db, writing
from kezhi.errors import PluginError, Refused
from kezhi.host import Host
from kezhi.listing import ListView, Page
from kezhi.permissions import acting_as, requires
from kezhi.plugin import Plugin, hookimpl
from kezhi.tables import audit_entry
from kezhi.users import User
from kezhi.visibility import AccessRegistry

pytestmark = pytest.mark.services


class Base(DeclarativeBase):
    """Tables of these tests only."""


class Firm(Base):
    __tablename__ = "books_firm"
    __table_args__ = (sa.Index(None, "code", "id"), sa.Index(None, "city", "id"), sa.Index(None, "founded", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code: Mapped[str] = mapped_column(CodeText)
    name: Mapped[str] = mapped_column(CodeText)
    city: Mapped[str | None] = mapped_column(CodeText)
    founded: Mapped[date | None] = mapped_column(sa.Date)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_id: Mapped[int] = mapped_column(BigInt, index=True)


class Balance(Base):
    """What the plugin *ledger* knows: one row for some firms, its amount never empty."""

    __tablename__ = "ledger_balance"
    __table_args__ = (sa.Index(None, "amount", "firm_id"),)

    firm_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInt)
    entries: Mapped[int] = mapped_column(BigInt)


class Mark(Base):
    """What the plugin *marks* knows: rows of several years, the mark may be empty."""

    __tablename__ = "marks_mark"
    __table_args__ = (sa.Index(None, "mark", "firm_id"),)

    firm_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    year: Mapped[int] = mapped_column(BigInt, primary_key=True)
    mark: Mapped[str | None] = mapped_column(CodeText)


class Ledger(Plugin):
    name = "ledger"
    title = "Ledger"

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        own = Balance.__table__.c
        join = Join(Balance.__table__, own.firm_id)
        if model is not Firm:
            return []
        return [
            Column("ledger.amount", "Balance", own.amount, join, sortable=True, filter=Filter("number"), default=True,
                   render="money", permission="ledger.read"),
            Column("ledger.entries", "Entries", own.entries, join, render="count"),
        ]  # fmt: skip


class Marks(Plugin):
    name = "marks"
    title = "Marks"

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        own = Mark.__table__.c
        join = Join(Mark.__table__, own.firm_id, where=(own.year == 2026,))
        tone = sa.case((own.mark == "A", "green"), else_="blue")
        if model is not Firm:
            return []
        return [Column("marks.mark", "Mark", own.mark, join, sortable=True, filter=Filter("text"), render="grade",
                       extra=(tone,))]  # fmt: skip


def firm_columns() -> list[Column]:
    cities = [Choice("HZ", "杭州"), Choice("SH", "上海"), Choice("WZ", "温州")]
    return [
        Column("code", "Code", Firm.code, sortable=True, default=True, render="code", order=1),
        Column("name", "Name", Firm.name, sortable=True, default=True, render="name", order=2),
        Column("city", "City", Firm.city, sortable=True, filter=Filter("choice", choices=lambda: cities), default=True,
               order=3),
        Column("founded", "Founded", Firm.founded, sortable=True, filter=Filter("date"), render="date", order=4),
        Column("seen", "Last seen", Firm.seen_at, sortable=True, filter=Filter("date"), render="instant", order=5),
    ]  # fmt: skip


def firms(**options: Any) -> ListView:
    """The list under test, as the acting user gets it."""
    given: dict[str, Any] = {"export_permission": "firms.export", "link": lambda row: f"/firms/{row.id}", **options}
    return ListView(
        name="firms", model=Firm, columns=firm_columns(), search=[Firm.code, Firm.name], kind="firms", **given
    )


def grants(user: User) -> Any:
    """Everybody sees the firms they own; who may see all sees all."""
    return ALL if user.can("firms.see_all") else [sa.select(Firm.id).where(Firm.owner_id == user.id)]


def person(number: int, *permissions: str) -> User:
    return User(id=number, login=f"p{number}", name=f"p{number}", permissions=frozenset(permissions))


SELLER = person(1, "ledger.read", "firms.export")
CHIEF = person(2, "ledger.read", "firms.export", "firms.see_all")


@pytest.fixture
def shop(app: Flask) -> Iterator[Flask]:
    """An app with firms and two plugins that know something about them."""
    kernel = app.extensions["kezhi"]
    kernel.host = Host([*kernel.plugins.values(), Ledger(), Marks()])
    kernel.access = AccessRegistry([Access(Firm, Firm.id, grants)])
    Base.metadata.create_all(app.config["KEZHI_ENGINE"])
    yield app
    db.session.rollback()
    Base.metadata.drop_all(app.config["KEZHI_ENGINE"])


def fill(count: int) -> None:
    """``count`` firms: two thirds with a balance, half with a mark of this year, values with many ties."""
    start, seen = date(2000, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    numbers = range(1, count + 1)
    with writing():
        db.session.execute(sa.insert(Firm), [
            {"id": n, "code": f"KH-{n:05}", "name": f"公司 {n % 7}", "city": ("HZ", "SH", "WZ", None)[n % 4],
             "founded": None if n % 5 == 0 else start + timedelta(n % 11), "owner_id": 1 + n % 2,
             "seen_at": None if n % 3 == 0 else seen + timedelta(hours=n % 50)} for n in numbers])  # fmt: skip
        db.session.execute(sa.insert(Balance), [
            {"firm_id": n, "amount": (n * 7919) % 13 * 100 - 500, "entries": n} for n in numbers if n % 3])  # fmt: skip
        db.session.execute(sa.insert(Mark), [
            {"firm_id": n, "year": year, "mark": ("A", "B", None)[n % 3]} for n in numbers if n % 2
            for year in (2025, 2026)])  # fmt: skip


def ids(page: Page) -> list[int]:
    return [row.id for row in page.rows]


def walk(view: ListView, args: dict[str, str], *, back: bool = False) -> list[int]:
    """Every id in the order the pages give it, forward, or forward and then back from the last page."""
    page = view.page(args)
    pages = [ids(page)]
    while page.next_cursor:
        page = view.page({**args, "after": page.next_cursor})
        pages.append(ids(page))
    if back:
        pages = [ids(page)]
        while page.previous_cursor:
            page = view.page({**args, "before": page.previous_cursor})
            pages.insert(0, ids(page))
    return [number for part in pages for number in part]


def expected(field: Callable[[int], Any], descending: bool) -> list[int]:
    """The rule of the order: by value then key, both ways round; without a value last, in key order."""
    numbers = list(db.session.scalars(sa.select(Firm.id)))
    filled = sorted((n for n in numbers if field(n) is not None), key=lambda n: (field(n), n), reverse=descending)
    return filled + sorted(n for n in numbers if field(n) is None)


def values_of(expression: Any, key: Any, *where: Any) -> Callable[[int], Any]:
    return dict(db.session.execute(sa.select(key, expression).where(*where)).all()).get  # type: ignore[arg-type]


SORTS = {
    "code": (Firm.code, Firm.id, ()),
    "name": (Firm.name, Firm.id, ()),
    "city": (Firm.city, Firm.id, ()),
    "founded": (Firm.founded, Firm.id, ()),
    "seen": (Firm.seen_at, Firm.id, ()),
    "ledger.amount": (Balance.amount, Balance.firm_id, ()),
    "marks.mark": (Mark.mark, Mark.firm_id, (Mark.year == 2026,)),
}


# ── order and pages ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_give_every_row_once_in_order_forward_and_back(shop: Flask, sort: str, sign: str) -> None:
    fill(137)
    expression, key, where = SORTS[sort]
    wanted = expected(values_of(expression, key, *where), sign == "-")
    args = {"sort": sign + sort, "size": "10"}
    view = firms(page_size=10)
    assert walk(view, args) == wanted
    assert sorted(walk(view, args, back=True)) == sorted(wanted)
    assert len(wanted) == 137


def test_going_back_comes_to_a_whole_first_page(shop: Flask) -> None:
    fill(25)
    view = firms(page_size=10)
    first = view.page({})
    second = view.page({"after": first.next_cursor or ""})
    assert ids(view.page({"before": second.previous_cursor or ""})) == ids(first)
    assert first.previous_cursor is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.none() | st.integers(-3, 3) | st.sampled_from([2**62, -(2**62)]), max_size=30),
    descending=st.booleans(),
    size=st.sampled_from([1, 2, 3, 7]),
)
def test_any_amounts_with_ties_and_gaps_are_paged_without_loss(
    shop: Flask, amounts: list[int | None], descending: bool, size: int
) -> None:
    with writing():
        for table in (Firm, Balance):
            db.session.execute(sa.delete(table))
        for number, amount in enumerate(amounts, start=1):
            db.session.execute(sa.insert(Firm).values(id=number, code="x", name="x", owner_id=1))
            if amount is not None:
                db.session.execute(sa.insert(Balance).values(firm_id=number, amount=amount, entries=0))
    field = dict(enumerate(amounts, start=1)).get
    view = firms(page_size=size)
    args = {"sort": ("-" if descending else "") + "ledger.amount", "size": str(size)}
    assert walk(view, args) == expected(field, descending)
    assert sorted(walk(view, args, back=True)) == sorted(range(1, len(amounts) + 1))


def test_a_list_can_start_from_a_value(shop: Flask) -> None:
    fill(60)
    view = firms(page_size=10)
    page = view.page({"sort": "code", "from": "KH-00041", "size": "10"})
    assert ids(page) == list(range(41, 51))
    assert page.previous_url
    assert page.next_url
    amounts = view.page({"sort": "-ledger.amount", "from": "2.00", "columns": "ledger.amount"})
    assert amounts.rows[0].values["ledger.amount"] == 200
    founded = view.page({"sort": "founded", "from": "2000-01-05", "columns": "founded"})
    assert founded.rows[0].values["founded"] == date(2000, 1, 5)


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_column_changes_which_rows_there_are(shop: Flask) -> None:
    fill(60)
    view = firms(page_size=100)
    plain = ids(view.page({"columns": "code", "size": "100"}))
    assert len(plain) == 60
    for key in view.columns:
        assert ids(view.page({"columns": f"code,{key}", "size": "100"})) == plain
    assert ids(view.page({"columns": ",".join(view.columns), "size": "100"})) == plain


def test_only_what_is_used_is_joined_and_each_table_once(shop: Flask, statements: Callable[[], Any]) -> None:
    fill(10)
    view = firms()
    with statements() as counted:
        view.page({"columns": "code"})
        view.page({"columns": "code,ledger.amount,ledger.entries", "f.ledger.amount": "0"})
    plain, joined = [text for text in counted.texts if "books_firm" in text]
    assert "ledger_balance" not in plain
    assert joined.count("JOIN ledger_balance") == 1
    assert "marks_mark" not in joined


def test_the_count_joins_only_what_is_filtered(shop: Flask, statements: Callable[[], Any]) -> None:
    fill(10)
    with statements() as counted:
        firms().count({"columns": "code,marks.mark,ledger.amount", "sort": "-ledger.amount"})
        firms().count({"f.marks.mark": "A"})
    plain, filtered = counted.texts
    assert "JOIN" not in plain
    assert "marks_mark" in filtered
    assert "ledger_balance" not in filtered


def test_statements_do_not_grow_with_rows_or_columns(shop: Flask, statements: Callable[[], Any]) -> None:
    def count(args: dict[str, str]) -> int:
        with statements() as counted, acting_as(CHIEF):
            firms().page(args)
        return int(counted.count)

    everything = {"columns": ",".join(firms().columns), "sort": "ledger.amount"}
    fill(100)
    count(everything)  # settings are read once
    few, few_all = count({}), count(everything)
    with writing():
        for table in (Firm, Balance, Mark):
            db.session.execute(sa.delete(table))
    fill(5_000)
    assert (count({}), count(everything)) == (few, few_all)
    assert few <= 2


def test_two_ways_to_join_one_table_are_refused(shop: Flask) -> None:
    own = Mark.__table__.c
    joins = [Join(Mark.__table__, own.firm_id, where=(own.year == year,)) for year in (2025, 2026)]
    columns = [Column(f"y{n}", f"y{n}", own.mark, join, default=True) for n, join in enumerate(joins)]
    with pytest.raises(ValueError, match="alias"):
        ListView(name="two", model=Firm, columns=columns).page({})


def test_a_plugin_names_its_columns_after_itself(shop: Flask) -> None:
    class Stray(Plugin):
        name = "stray"

        @hookimpl
        def list_columns(self, model: type) -> list[Column]:
            return [Column("code2", "Code", Firm.code)]

    kernel = shop.extensions["kezhi"]
    kernel.host = Host([*kernel.plugins.values(), Stray()])
    with pytest.raises(PluginError, match=r"'stray'.*must start with stray\."):
        firms()


# ── what one may not read does not exist ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "args",
    [
        {"columns": "code,ledger.amount"},
        {"sort": "ledger.amount"},
        {"sort": "-ledger.amount"},
        {"f.ledger.amount": "1"},
        {"from.ledger.amount": "1"},
    ],
)
def test_a_column_without_its_permission_is_unknown(shop: Flask, args: dict[str, str]) -> None:
    fill(5)
    with acting_as(person(1)):
        view = firms()
        assert "ledger.amount" not in view.columns
        with pytest.raises(Refused, match=r"ledger\.amount"):
            view.page(args)
        with pytest.raises(Refused):
            view.count(args)
        with pytest.raises(Refused):
            list(export_rows(view, args))
    with acting_as(CHIEF):
        firms().page(args)


@pytest.mark.parametrize(
    "args",
    [
        {"sort": "id; DROP TABLE books_firm"},
        {"sort": "ledger.entries"},  # not sortable
        {"f.name": "x"},  # not filterable
        {"f.nothing": "x"},
        {"from.city": "HZ"},  # no range
        {"columns": "code,nothing"},
        {"size": "7"},
        {"size": "50000"},
        {"f.founded": "2026-02-30"},
        {"from.founded": "yesterday"},
        {"f.ledger.amount": "NaN"},
        {"f.ledger.amount": "1.234"},
        {"f.ledger.amount": "9" * 30},
        {"f.seen": "0001-01-01"},
        {"q": "x\0y"},
        {"q": "x" * 501},
        {"f.city": "\0"},
        {"sort": "founded", "from": "x"},
    ],
)
def test_unknown_names_and_malformed_values_are_refused(shop: Flask, args: dict[str, str]) -> None:
    with pytest.raises(Refused):
        firms().page(args)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=40)
    | st.sampled_from(["bnVsbA", "WzAsMSwxXQ", "WzAsIngiLDFd", "WzAsInhcdTAwMDAiLDFd", "WzAsIlx1ZDgwMCIsMV0",
                       "WzAsIngiLDk5OTk5OTk5OTk5OTk5OTk5OTk5OTld", "WzEsbnVsbCwxXQ", "WzAsIngiLHRydWVd"]),
    sort=st.sampled_from(["", *SORTS]),
)  # fmt: skip
def test_a_cursor_is_a_place_or_refused(shop: Flask, text: str, sort: str) -> None:
    for name in ("after", "before"):
        try:
            firms().page({name: text, "sort": sort})
        except Refused:
            db.session.rollback()


def test_an_unknown_name_is_answered_with_400(shop: Flask, client_as: Callable[..., Any]) -> None:
    client = client_as("administrator")
    shop.view_functions["accounts.users"] = requires("accounts.users")(lambda: firms().respond())
    assert client.get("/accounts/users?sort=nothing").status_code == 400
    assert client.get("/accounts/users?after=AAAA").status_code == 400
    assert client.get("/accounts/users?f.nothing=1&count=1").status_code == 400


def test_an_address_kept_from_before_works_without_what_a_disabled_app_had(shop: Flask, client_as: Any) -> None:
    fill(3)
    client = client_as("administrator")
    shop.view_functions["accounts.users"] = requires("accounts.users")(lambda: firms().respond())
    kept = "/accounts/users?sort=-gone.rank&columns=code,gone.rank&f.gone.rank=A&after=AAAA"
    answer = client.get(kept)
    assert answer.status_code == 200
    assert "gone.rank" in answer.text
    assert client.get(f"{kept}&count=1").status_code == 200
    assert client.get(f"{kept}&format=csv").status_code == 400, "a file could not say what it lacks"


# ── filters, search, count ──────────────────────────────────────────────────────────────────────────────────────


def test_filters_narrow_and_several_values_mean_any_of(shop: Flask) -> None:
    fill(60)
    view = firms(page_size=100)

    def found(args: dict[str, Any]) -> set[int]:
        page = view.page({**args, "size": "100"})
        assert view.count(args) == len(page.rows)
        return set(ids(page))

    hz, sh = found({"f.city": "HZ"}), found({"f.city": "SH"})
    assert found({"f.city": ["HZ", "SH"]}) == hz | sh
    assert found({"f.city": ""}) == set(range(1, 61))
    marked = found({"f.marks.mark": "A"})
    assert found({"f.city": "HZ", "f.marks.mark": "A"}) == hz & marked
    low, high = found({"from.ledger.amount": "0"}), found({"to.ledger.amount": "2.00"})
    assert found({"from.ledger.amount": "0", "to.ledger.amount": "2.00"}) == low & high
    assert found({"from.founded": "2000-01-05", "to.founded": "2000-01-05"}) == found({"f.founded": "2000-01-05"})


def test_a_day_of_an_instant_is_the_companys_day(shop: Flask) -> None:
    rows = {1: datetime(2026, 3, 1, 15, 59, tzinfo=UTC), 2: datetime(2026, 3, 1, 16, 0, tzinfo=UTC)}
    with writing():
        for number, seen in rows.items():
            db.session.execute(sa.insert(Firm).values(id=number, code="x", name="x", owner_id=1, seen_at=seen))
    assert ids(firms().page({"f.seen": "2026-03-01"})) == [1]
    assert ids(firms().page({"f.seen": "2026-03-02"})) == [2]
    assert ids(firms().page({"to.seen": "2026-03-01"})) == [1]


def test_search_takes_codes_by_their_start_and_names_by_any_part(shop: Flask) -> None:
    rows = [("AB-1", "Nord 100%"), ("XAB-2", "Süd_West"), ("CD-3", "abnorm"), ("CD-4", "Suedwest")]
    with writing():
        for number, (code, name) in enumerate(rows, start=1):
            db.session.execute(sa.insert(Firm).values(id=number, code=code, name=name, owner_id=1))

    def found(words: str) -> list[int]:
        return ids(firms(order=("code", "asc")).page({"q": words}))

    assert found("ab") == [1, 3]
    assert found("NORD") == [1]
    assert found("%") == [1]
    assert found("_") == [2]
    assert found("\\") == []
    assert found("cd norm") == [3]
    assert found("Süd") == [2]


def test_counts_are_exact_up_to_the_cap(shop: Flask) -> None:
    fill(30)
    view = firms()
    assert view.count({}) == 30
    assert view.count({}, cap=29) == 30
    assert view.count_text({}, cap=30) == "30"
    assert view.count_text({}, cap=29) == "29+"


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def page_of(shop: Flask, client_as: Callable[..., Any]) -> Callable[[str], Any]:
    """Answers of the list behind a real route, for somebody with every right."""
    client = client_as("administrator", locale="en")
    shop.view_functions["accounts.users"] = requires("accounts.users")(lambda: firms().respond())
    return lambda query="": client.get(f"/accounts/users{query}")


def test_the_page_says_its_order_and_carries_its_state_in_addresses(shop: Flask, page_of: Callable[[str], Any]) -> None:
    fill(60)
    answer = page_of("?f.city=HZ&f.city=SH&sort=-ledger.amount&q=KH&columns=code,name,ledger.amount,marks.mark")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text.count('aria-sort="descending"') == 1
    assert "sort=ledger.amount" in text
    assert '<caption class="visually-hidden">firms</caption>' in text
    assert text.count('<th scope="col"') == 4
    assert "杭州 / 上海" in text
    assert 'data-m="title"' in text
    assert "kz-grade t-green" in text
    assert "style=" not in text


def test_the_page_leaves_the_count_to_a_later_request(shop: Flask, page_of: Callable[[str], Any]) -> None:
    fill(60)
    assert 'data-kz-load="/accounts/users?count=1"' in page_of("").get_data(as_text=True)
    answer = page_of("?count=1")
    assert (answer.mimetype, answer.get_data(as_text=True)) == ("text/plain", "60")
    assert "data-kz-load" not in page_of("?f.city=HZ").get_data(as_text=True).partition("<main")[2]


def test_what_is_found_is_escaped(shop: Flask, page_of: Callable[[str], Any]) -> None:
    with writing():
        db.session.execute(sa.insert(Firm).values(id=1, code="<b>1", name="<script>x", city="<i>", owner_id=1))
    text = page_of("?q=%3Cscript%3E").get_data(as_text=True)
    assert "&lt;script&gt;x" in text
    assert "<script>x" not in text
    assert "<b>1" not in text
    assert "<i>" not in text


def test_an_empty_list_says_why(shop: Flask, page_of: Callable[[str], Any]) -> None:
    assert "Nothing here yet" in page_of("").get_data(as_text=True)
    assert "Remove search and filters" in page_of("?q=zzz").get_data(as_text=True)


# ── export ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_export_holds_every_filtered_row_and_is_on_record(shop: Flask, page_of: Callable[[str], Any]) -> None:
    fill(1_203)
    answer = page_of("?format=csv&f.city=HZ&sort=-ledger.amount&columns=code,ledger.amount,founded")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=firms.csv"
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head == ["Code", "Balance", "Founded"]
    assert len(rows) == len({row[0] for row in rows}) == firms().count({"f.city": "HZ"}) == 300
    assert rows[0][1] == "7.00"
    assert any(row[1] == "-5.00" for row in rows)
    entry = db.session.execute(sa.select(audit_entry).where(audit_entry.c.action == "list.export")).one()
    assert entry.object_id == "firms"
    assert '"filters":["city"]' in entry.payload


def test_an_export_gives_the_same_rows_in_the_same_order_as_the_pages(shop: Flask) -> None:
    fill(60)
    view = firms(page_size=50)
    for sort in SORTS:
        codes = [row[0] for row in export_rows(view, {"sort": sort, "columns": "code"})]
        assert codes == [f"KH-{number:05}" for number in walk(view, {"sort": sort})]


DANGEROUS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "=HYPERLINK(1)", "https://x.example"]


def dangerous_firms() -> ListView:
    columns = [
        Column("code", "=Code", Firm.code, sortable=True, default=True),
        Column("name", "Name", Firm.name, default=True),
        Column("amount", "-Balance", Firm.owner_id, default=True, render="money"),
        Column("founded", "Founded", Firm.founded, default=True, render="date"),
    ]
    return ListView(name="danger", model=Firm, columns=columns, export_permission="firms.export")


def test_exported_cells_and_heads_cannot_run(shop: Flask) -> None:
    with writing():
        for number, text in enumerate(DANGEROUS, start=1):
            day = date(2026, 1, number)
            db.session.execute(
                sa.insert(Firm).values(id=number, code=f"{number}", name=text, owner_id=-number, founded=day)
            )
    view, args = dangerous_firms(), {"columns": "code,name,amount,founded"}
    assert export_head(view, args) == ["'=Code", "Name", "'-Balance", "Founded"]
    rows = list(export_rows(view, args))
    assert [row[1] for row in rows] == [f"'{text}" for text in DANGEROUS[:-1]] + [DANGEROUS[-1]]
    assert rows[0][2:] == ["-0.01", "2026-01-01"]
    data = export(view, args, "xlsx").get_data()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not any("rels" in name and "sheet" in name for name in archive.namelist())
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert table[0] == ["'=Code", "Name", "'-Balance", "Founded"]
    assert [row[1] for row in table[1:]] == [row[1] for row in rows]
    assert table[1][2] == -0.01
    assert table[1][3] == date(2026, 1, 1)


def test_an_empty_workbook_still_has_its_head(shop: Flask) -> None:
    data = export(firms(), {"columns": "code,name"}, "xlsx").get_data()
    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert table == [["Code", "Name"]]


def test_without_the_right_there_is_no_export(shop: Flask, client_as: Callable[..., Any]) -> None:
    fill(3)
    client = client_as("administrator", locale="en")
    view = requires("accounts.users")(lambda: firms(export_permission=None).respond())
    shop.view_functions["accounts.users"] = view
    assert client.get("/accounts/users?format=csv").status_code == 404
    assert "format=csv" not in client.get("/accounts/users").get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count()).where(audit_entry.c.action == "list.export")) == 0
    shop.view_functions["accounts.users"] = requires("accounts.users")(lambda: firms().respond())
    assert client.get("/accounts/users?format=pdf").status_code == 400
    assert client.get("/accounts/users?format=csv").status_code == 200


def test_one_cell_of_a_row_leads_to_its_record(shop: Flask) -> None:
    fill(1)
    row = firms().page({"columns": "city,name,code"}).rows[0]
    assert [cell.url for cell in cells_of(row)] == ["", "/firms/1", ""]
    assert [cell.phone for cell in cells_of(row)] == ["", "title", ""]
