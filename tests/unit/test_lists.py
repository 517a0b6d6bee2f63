"""Tools of lists: saved views, faces, actions on several records, and what filters say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kezhi import Refused, acting_as, db, writing
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.pages import list_view
from kezhi.builtin.lists import services, tabs
from kezhi.builtin.lists.models import DefaultView, SavedView
from kezhi.builtin.lists.parts import column_moves
from kezhi.errors import NotFound

pytestmark = pytest.mark.services


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    tabs._counts.clear()


@pytest.fixture
def people(app: Flask, add_person: Callable[..., Any]) -> dict[str, Any]:
    return {
        "seller": add_person("seller", "salesperson"),
        "other": add_person("other", "salesperson"),
        "head": add_person("head", "sales-director"),
    }


def codes(args: dict[str, str]) -> list[str]:
    view = list_view()
    view.link = None  # addresses are made within requests only
    return [row.values["code"] for row in view.page(args).rows]


# ── what filters say ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"f.city": "杭州"}, ["T1"]),
        ({"f.city": "杭州", "op.city": "not"}, ["T2", "T3", "T4"]),
        ({"f.city": "州", "op.city": "has"}, ["T1", "T2"]),
        ({"f.city": "%", "op.city": "has"}, []),
        ({"op.city": "empty"}, ["T4"]),
        ({"op.city": "filled"}, ["T1", "T2", "T3"]),
        ({"op.trade_since": "empty"}, ["T3", "T4"]),
        ({"from.trade_since": "2026-03-01"}, ["T2"]),
        ({"from.trade_since": "today-30"}, ["T2"]),
        ({"from.trade_since": "year"}, ["T1", "T2"]),
        ({"from.trade_since": "quarter", "to.trade_since": "today"}, ["T1", "T2"]),
        ({"from.trade_since": "month"}, ["T2"]),
        ({"f.stage": "existing", "op.stage": "not"}, ["T2", "T3", "T4"]),
    ],
)
def test_a_filter_says_is_not_contains_or_is_empty(
    app: Flask, make_customer: Callable[..., Any], clock_at: Callable[[datetime], None], args: dict[str, str],
    found: list[str],
) -> None:  # fmt: skip
    clock_at(datetime(2026, 3, 20, 4, tzinfo=UTC))
    make_customer(code="T1", city="杭州", trade_since="2026-01-05", stage="existing")
    make_customer(code="T2", city="苏州", trade_since="2026-03-02", stage="new")
    make_customer(code="T3", city="上海")
    make_customer(code="T4")
    assert codes(args) == found


@pytest.mark.parametrize(
    "args",
    [
        {"f.city": "x", "op.city": "like"},
        {"f.stage": "new", "op.stage": "has"},
        {"f.owner": "1", "op.owner": "not"},
        {"op.name": "empty"},
        {"from.trade_since": "today-9999999999"},
        {"from.trade_since": "todayx"},
        {"from.trade_since": "week"},
    ],
)
def test_what_a_filter_cannot_say_is_refused(app: Flask, args: dict[str, str]) -> None:
    with pytest.raises(Refused):
        list_view().page(args)


def test_a_filter_is_read_back_with_what_it_says(app: Flask, make_customer: Callable[..., Any]) -> None:
    make_customer(code="T1", city="杭州")
    view = list_view()
    view.link = None
    page = view.page({"f.city": "州", "op.city": "has"})
    assert ("op.city", "has") in page.state.arguments()
    assert [chip.text for chip in page.chips] == ["contains 州"]


def test_columns_change_places(app: Flask) -> None:
    state = list_view().state({"columns": "code,name,city"})
    moves = {column.key: (ahead, behind) for column, ahead, behind in column_moves(state)}
    assert moves["code"][0] == ""
    assert "columns=code%2Ccity%2Cname" in moves["name"][1]
    assert "columns=code%2Ccity%2Cname" in moves["city"][0]
    assert moves["city"][1] == ""


def test_filters_and_columns_come_when_they_are_opened(
    client_as: Callable[..., Any], make_customer: Callable[..., Any], add_person: Callable[..., Any]
) -> None:
    """The page asks for nothing that one may choose from; its links lead to a page with the part in it."""
    make_customer(code="T1", city="杭州")
    add_person("wang", "salesperson", name="王芳")
    head = client_as("sales-director")
    page = head.get("/customers?sort=name&f.city=杭州").text
    assert 'name="f.owner"' not in page
    assert "王芳" not in page
    assert 'name="columns"' not in page
    link = re.search(r'data-kz-part="([^"]*part=filters)"', page)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    whole = head.get(address).text
    alone = head.get(address, headers={"Kz-Part": "yes"}).text
    for text in (whole, alone):
        assert 'name="f.owner"' in text
        assert "王芳" in text
        assert 'name="f.city" type="text" value="杭州"' in text
        assert 'type="hidden" name="sort" value="name"' in text
        assert 'name="part"' not in text
    assert "<main" in whole
    assert "T1" in whole
    assert alone.lstrip().startswith("<form")
    assert "T1" not in alone
    columns = head.get(address.replace("part=filters", "part=columns"), headers={"Kz-Part": "yes"}).text
    assert 'name="columns" value="city"' in columns
    assert "name=name%2Ccode" not in columns
    # what one may choose from is one's own: a salesperson finds nobody else, in neither form
    seller = client_as("salesperson")
    for headers in ({}, {"Kz-Part": "yes"}):
        assert "王芳" not in seller.get("/customers?sort=name&part=filters", headers=headers).text
    assert head.get("/customers?sort=name&part=other", headers={"Kz-Part": "yes"}).status_code == 200


def test_what_is_kept_between_requests_belongs_to_nobody(app: Flask, client_as: Callable[..., Any]) -> None:
    """People of different roles by turns in one process, a role that changes, and a person whose roles change."""
    chief, seller = client_as("administrator"), client_as("salesperson")
    export, users, new = "format=csv", 'href="/accounts/users"', 'href="/customers/new"'

    def shown(client: Any, language: str = "客户档案") -> tuple[bool, ...]:
        page = client.get("/customers?sort=name").text
        assert f"<h1>{language}</h1>" in page
        return export in page, users in page, new in page

    for _turn in range(2):
        assert shown(chief) == (True, True, True)
        assert shown(seller) == (False, False, True)
    english = client_as("sales-director", locale="en")
    assert shown(english, "Customer files")[1] is False
    assert shown(seller) == (False, False, True)  # and in their own language again
    with writing():
        accounts.set_permission("salesperson", "customers.write", False)
        accounts.set_permission("salesperson", "customers.export", True)
    assert shown(seller) == (True, False, False)
    with writing():
        accounts.set_permission("salesperson", "customers.read", False)
    assert seller.get("/customers?sort=name").status_code == 404
    assert shown(chief) == (True, True, True)
    account = db.session.scalars(select(Account).where(Account.login == "salesperson-user")).one()
    given: dict[str, Any] = {"name": "Seller", "department_id": None, "locale": None, "active": True}
    with writing():
        accounts.update_user(account.id, account.version, roles=["administrator"], **given)
    assert shown(seller) == (True, True, True)
    with writing():
        accounts.update_user(account.id, account.version, roles=["technical-department"], **given)
    assert shown(seller) == (False, False, False)


# ── saved views ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_view_keeps_filters_columns_and_order(
    client_as: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    make_customer(code="T1", city="杭州")
    make_customer(code="T2", city="上海")
    client = client_as("administrator")
    query = "f.city=%E6%9D%AD%E5%B7%9E&columns=city,code&sort=-code&after=xyz&count=1"
    form = {"list": "customers", "path": "/customers", "query": query, "title": " 杭州  客户 "}
    answer = client.post("/lists/views", data=form)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert "after" not in address
    page = client.get(address).text
    assert "杭州 客户" in page
    assert "T1" in page
    assert "T2" not in page
    number = db.session.scalars(select(SavedView.id)).one()
    counts = client.get("/customers?counts=1").json
    assert counts == {"all": "2", str(number): "1"}


def test_a_list_opens_in_the_view_that_a_person_chose(
    client_as: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    make_customer(code="T1", city="杭州")
    client = client_as("administrator")
    form = {"list": "customers", "path": "/customers", "query": "f.city=x", "title": "X", "opens": "y"}
    client.post("/lists/views", data=form)
    number = db.session.scalars(select(SavedView.id)).one()
    assert client.get("/customers").headers["Location"] == f"/customers?f.city=x&view={number}"
    assert client.get("/customers?view=all").status_code == 200
    client.post(f"/lists/views/{number}", data={"title": "Y"})
    assert client.get("/customers").status_code == 200
    assert db.session.scalar(select(func.count()).select_from(DefaultView)) == 0


def test_views_are_seen_by_their_owner_and_shared_ones_by_all(app: Flask, people: dict[str, Any]) -> None:
    with acting_as(people["seller"]), writing():
        mine = services.save_view("customers", "/customers", "Mine", "f.city=x").id
        with pytest.raises(Refused, match="share"):
            services.save_view("customers", "/customers", "Ours", "", shared=True)
    with acting_as(people["head"]), writing():
        ours = services.save_view("customers", "/customers", "Ours", "f.city=y", shared=True).id
    with acting_as(people["other"]):
        assert [view.id for view in services.views_of("customers")] == [ours]
        for number in (mine, ours):
            with pytest.raises(NotFound), writing():
                services.change_view(number, title="Stolen")
            with pytest.raises(NotFound), writing():
                services.remove_view(number)
        with pytest.raises(NotFound), writing():
            services.open_in("customers", mine)
    titles = db.session.scalars(select(SavedView.title).order_by(SavedView.id)).all()
    assert titles == ["Mine", "Ours"]
    with acting_as(people["seller"]):
        assert [view.id for view in services.views_of("customers")] == [mine, ours]
        with writing():
            services.remove_view(mine)
        assert [view.id for view in services.views_of("customers")] == [ours]


@pytest.mark.parametrize("title", ["", "  ", "x" * 41, "Taken"])
def test_a_view_needs_a_name_of_its_own(app: Flask, people: dict[str, Any], title: str) -> None:
    with acting_as(people["seller"]), writing():
        services.save_view("customers", "/customers", "Taken", "")
    with acting_as(people["seller"]), pytest.raises(Refused), writing():
        services.save_view("customers", "/customers", title, "")
    assert db.session.scalar(select(func.count()).select_from(SavedView)) == 1


def test_a_view_outlives_the_columns_that_it_names(client_as: Callable[..., Any]) -> None:
    client = client_as("administrator")
    form = {"list": "customers", "path": "/customers", "title": "Old",
            "query": "columns=code,gone&f.lost=1&sort=missing"}  # fmt: skip
    address = client.post("/lists/views", data=form).headers["Location"]
    page = client.get(address)
    assert page.status_code == 200
    assert all(name in page.text for name in ("“gone”", "“lost”", "“missing”"))
    assert client.get("/customers?columns=code,gone").status_code == 400


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_a_view_leads_nowhere_else(client_as: Callable[..., Any], path: str) -> None:
    form = {"list": "customers", "path": path, "title": "X", "query": ""}
    assert client_as("administrator").post("/lists/views", data=form).status_code == 404


def test_a_view_of_a_list_that_stands_on_several_pages_stays_on_the_page_looked_at(
    client_as: Callable[..., Any],
) -> None:
    """As the results of two runs of a grading do."""
    client = client_as("administrator")
    form = {"list": "customers", "path": "/elsewhere", "query": "f.city=x", "title": "X", "opens": "y"}
    assert client.post("/lists/views", data=form).headers["Location"].startswith("/elsewhere?f.city=x&view=")
    assert client.get("/customers").headers["Location"].startswith("/customers?f.city=x&view=")
    page = client.get("/customers?view=all").text
    assert 'href="/customers?f.city=x&amp;view=' in page
    assert "/elsewhere" not in page


def test_counts_of_views_show_nothing_that_one_may_not_see(
    client_as: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    make_customer(code="T1", city="杭州")
    admin = client_as("administrator")
    with acting_as(_account("administrator-user")), writing():
        services.save_view("customers", "/customers", "All of them", "op.city=filled", shared=True)
    assert list(admin.get("/customers?counts=1").json.values()) == ["1", "1"]
    assert list(client_as("salesperson").get("/customers?counts=1").json.values()) == ["0", "0"]


def _account(login: str) -> Any:
    from kezhi.builtin.accounts.services import user_named

    return user_named(login)


def test_a_list_sends_the_same_statements_with_many_views(
    app: Flask, client_as: Callable[..., Any], statements: Callable[[], Any]
) -> None:
    client = client_as("administrator")
    user = _account("administrator-user")
    with acting_as(user), writing():
        services.save_view("customers", "/customers", "View 0", "f.city=x")
    client.get("/customers?view=all")
    with statements() as few:
        client.get("/customers?view=all")
    with acting_as(user), writing():
        for number in range(1, 20):
            services.save_view("customers", "/customers", f"View {number}", "f.city=x")
    with statements() as many:
        client.get("/customers?view=all")
    assert many.count == few.count


# ── choices of records ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.plugins("trade")
class TestChosenOrders:
    @pytest.fixture
    def orders(self, app: Flask, make_customer: Callable[..., Any]) -> list[int]:
        from kezhi_trade.services import create_order

        customer = make_customer(code="T1").id
        with writing():
            return [create_order({"customer_id": customer, "number": f"O{number}", "order_date": date(2026, 3, number),
                                  "promised_date": date(2026, 4, number), "amount": 100}).id
                    for number in range(1, 6)]  # fmt: skip

    @staticmethod
    def done() -> list[str]:
        from kezhi_trade.models import Order

        return list(db.session.scalars(select(Order.number).where(Order.status == "done").order_by(Order.number)))

    def test_the_ticked_ones_are_done_after_a_question(self, orders: list[int], client_as: Callable[..., Any]) -> None:
        client = client_as("administrator")
        asked = client.post("/trade/finish", data={"ids": orders[:2]})
        assert "2" in asked.text
        assert self.done() == []
        client.post("/trade/finish", data={"ids": orders[:2], "confirmed": "1"})
        assert self.done() == ["O1", "O2"]

    def test_all_that_fulfil_the_filters_are_done(self, orders: list[int], client_as: Callable[..., Any]) -> None:
        form = {"all": "1", "query": "from.order_date=2026-03-02&f.status=open", "back": "/trade", "confirmed": "1"}
        answer = client_as("administrator").post("/trade/finish", data=form)
        assert answer.headers["Location"] == "/trade?from.order_date=2026-03-02&f.status=open"
        assert self.done() == ["O2", "O3", "O4", "O5"]

    def test_what_one_may_not_see_cannot_be_chosen(self, orders: list[int], client_as: Callable[..., Any]) -> None:
        client = client_as("sales-supervisor")  # of no department: sees no customer
        for form in ({"ids": orders}, {"all": "1", "query": ""}):
            assert client.post("/trade/finish", data={**form, "confirmed": "1"}).status_code == 400
        assert self.done() == []

    @pytest.mark.parametrize("form", [{}, {"ids": "x"}, {"ids": "99999999999999999999"}, {"ids": "-1"},
                                      {"all": "1", "query": "f.nothing=1"}])  # fmt: skip
    def test_a_choice_that_says_nothing_is_refused(
        self, orders: list[int], client_as: Callable[..., Any], form: dict[str, str]
    ) -> None:
        answer = client_as("administrator").post("/trade/finish", data={**form, "confirmed": "1"})
        assert answer.status_code == 400
        assert self.done() == []

    def test_the_way_back_stays_in_the_house(self, orders: list[int], client_as: Callable[..., Any]) -> None:
        form = {"ids": orders[:1], "confirmed": "1", "back": "//evil.example", "query": "x=1"}
        assert client_as("administrator").post("/trade/finish", data=form).headers["Location"] == "/trade"

    # ── faces ───────────────────────────────────────────────────────────────────────────────────────────────────

    def test_a_card_moves_to_another_lane(self, orders: list[int], client_as: Callable[..., Any]) -> None:
        client = client_as("administrator")
        page = client.get("/trade?face=board").text
        assert page.count("data-kz-card=") == 5
        client.post("/trade/move", data={"id": orders[0], "lane": "done"})
        assert self.done() == ["O1"]
        client.post("/trade/move", data={"id": orders[0], "lane": "cancelled"})
        client.post("/trade/move", data={"id": orders[0], "lane": "open"})
        assert self.done() == []
        from kezhi_trade.models import Order

        db.session.rollback()
        assert db.session.get_one(Order, orders[0]).status == "cancelled", "what is cancelled stays cancelled"
        assert client.post("/trade/move", data={"id": orders[1], "lane": "lost"}).status_code == 302
        assert db.session.get_one(Order, orders[1]).status == "open"

    def test_who_may_not_write_has_a_board_that_stands_still(
        self, orders: list[int], client_as: Callable[..., Any]
    ) -> None:
        client = client_as("general-manager")
        page = client.get("/trade?face=board").text
        assert page.count("data-kz-card=") == 5
        assert 'aria-current="page"' in page, "the menu stands beside it, as beside the table"
        assert "draggable" not in page
        assert client.post("/trade/move", data={"id": orders[0], "lane": "done"}).status_code == 404
        assert self.done() == []

    def test_a_board_keeps_filters_and_its_number_of_statements(
        self, orders: list[int], client_as: Callable[..., Any], statements: Callable[[], Any]
    ) -> None:
        client = client_as("administrator")
        page = client.get("/trade?face=board&from.order_date=2026-03-04").text
        assert page.count("data-kz-card=") == 2
        with statements() as few:
            client.get("/trade?face=board")
        from kezhi_trade.services import create_order

        with writing():
            customer = db.session.scalars(select(Customer.id)).one()
            for number in range(10, 45):
                create_order(
                    {"customer_id": customer, "number": f"O{number}", "order_date": date(2026, 3, 1), "amount": 1}
                )
        with statements() as many:
            page = client.get("/trade?face=board").text
        assert page.count("data-kz-card=") == 20, "the rest is in the table"
        assert many.count <= few.count + 1, "a lane that is not shown whole is counted"

    def test_a_board_that_is_read_at_once_is_the_one_that_is_read_lane_by_lane(
        self, orders: list[int], client_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from kezhi.builtin.accounts.services import user_named
        from kezhi.builtin.lists import faces
        from kezhi_trade.models import Order
        from kezhi_trade.services import cancel_order, create_order, finish_orders

        with writing():
            customer = db.session.scalars(select(Customer.id)).one()
            for number in range(10, 35):
                create_order(
                    {"customer_id": customer, "number": f"O{number}", "order_date": date(2026, 3, 1), "amount": number}
                )
            finish_orders(select(Order.id).where(Order.id.in_(orders[:2])))
            cancel_order(orders[2], 1)
        client = client_as("salesperson")  # who sees all of them has it read lane by lane anyhow
        seller = user_named("salesperson-user")
        assert seller is not None
        with writing():
            db.session.get_one(Customer, customer).owner_id = seller.id
        for query in ("", "&sort=-amount", "&f.status=open", "&from.order_date=2026-03-02", "&q=O1"):
            pages = []
            for few in (faces.FEW, 0):
                monkeypatch.setattr(faces, "FEW", few)
                page = client.get(f"/trade?face=board{query}").text
                assert page.count("data-kz-card=") > 0
                pages.append(re.sub(r'name="csrf_token" value="[^"]+"', "", page[page.index('class="kz-board"') :]))
            monkeypatch.undo()
            assert pages[0] == pages[1], query

    @pytest.mark.parametrize("face", ["board", "calendar"])
    def test_another_face_keeps_the_buttons_of_its_list(
        self, orders: list[int], client_as: Callable[..., Any], face: str
    ) -> None:
        page = client_as("administrator").get(f"/trade?face={face}").text
        assert 'href="/trade/new"' in page
        assert 'href="/trade/new"' not in client_as("general-manager").get(f"/trade?face={face}").text

    def test_the_month_shows_what_is_due_on_its_days(self, orders: list[int], client_as: Callable[..., Any]) -> None:
        client = client_as("administrator")
        page = client.get("/trade?face=calendar&month=2026-04").text
        assert all(f"O{number}" in page for number in range(1, 6))
        assert "2026年4月" in page
        assert "O1" not in client.get("/trade?face=calendar&month=2026-06").text
        assert "O1" not in client.get("/trade?face=calendar&month=2026-04&from.order_date=2026-03-03").text
        for month in ("2026-13", "x", "0001-01", "99999-01"):
            assert client.get(f"/trade?face=calendar&month={month}").status_code == 400
        assert client.get("/trade?face=pie").status_code == 400


def test_a_tool_that_fails_costs_only_itself(
    app: Flask, client_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(services, "views_of", broken)
    page = client_as("administrator").get("/customers")
    assert page.status_code == 200
    assert "kz-views" not in page.text


@pytest.mark.clause("CUS-04")
def test_chosen_customers_go_over_with_a_dated_history(
    app: Flask, client_as: Callable[..., Any], make_customer: Callable[..., Any], people: dict[str, Any]
) -> None:
    from kezhi.builtin.customers.models import CustomerOwner

    seller, other = people["seller"].id, people["other"].id
    mine = [make_customer(code=f"T{number}", owner_id=seller).id for number in range(3)]
    nobodys, theirs = make_customer(code="T7").id, make_customer(code="T8", owner_id=other).id
    client = client_as("administrator")
    assert client.post("/customers/assign", data={"ids": mine[:1], "confirmed": "1"}).status_code == 422
    assert client.post("/customers/assign", data={"ids": mine[:1], "confirmed": "1", "owner": 999}).status_code == 422
    assert _owners() == dict.fromkeys(mine, seller) | {nobodys: None, theirs: other}
    form = {"all": "1", "query": f"f.owner={seller}", "confirmed": "1", "owner": other}
    client.post("/customers/assign", data=form)
    client.post("/customers/assign", data={"ids": [nobodys, theirs], "confirmed": "1", "owner": other})
    assert set(_owners().values()) == {other}
    rows = db.session.execute(
        select(CustomerOwner.user_id, CustomerOwner.to_at.is_(None)).where(CustomerOwner.customer_id == mine[0])
        .order_by(CustomerOwner.id)
    ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [(seller, False), (other, True)]
    kept = db.session.scalars(select(CustomerOwner.id).where(CustomerOwner.customer_id == theirs)).all()
    assert len(kept) == 1, "who is responsible already stays so, without a new entry"


def _owners() -> dict[int, int | None]:
    db.session.rollback()
    return dict(db.session.execute(select(Customer.id, Customer.owner_id)).all())  # type: ignore[arg-type]


@pytest.mark.clause("CUS-04")
def test_who_may_not_assign_hands_nothing_over(
    app: Flask, client_as: Callable[..., Any], make_customer: Callable[..., Any], people: dict[str, Any]
) -> None:
    mine = make_customer(code="T1", owner_id=people["seller"].id).id
    client = client_as(login="seller")
    assert "/customers/assign" not in client.get("/customers").text
    form = {"ids": [mine], "confirmed": "1", "owner": people["other"].id}
    assert client.post("/customers/assign", data=form).status_code == 404
    assert _owners() == {mine: people["seller"].id}
