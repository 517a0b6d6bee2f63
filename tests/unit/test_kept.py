"""What is kept between requests (menus, frames, parts and statements of lists) belongs to nobody, outlives nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kezhi import Column, acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer, CustomerShare
from kezhi.builtin.customers.pages import list_view
from kezhi.builtin.lists import services as views
from kezhi.cells import Renderer
from kezhi.lifecycle import disable, enable
from kezhi.listing.page import make_rows
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient

Clients = Callable[..., Any]


def frame(client: Any, address: str = "/customers?sort=name", **more: Any) -> str:
    """A page without what stands in its main part, without tokens."""
    page = re.sub(r"<main.*</main>", "", client.get(address, **more).text, flags=re.DOTALL)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def entries(page: str) -> set[str]:
    """The addresses of the side menu."""
    side = page[page.index('id="side"') : page.index("</nav>")]
    return set(re.findall(r'<li[^>]*><a href="([^"]+)"', side))


def test_a_frame_shows_nobody_the_entries_of_another(app: Flask, client_as: Clients) -> None:
    """By turns in one process: people of different rights, languages, themes, places, and rights that change."""
    chief, seller = client_as("administrator"), client_as("salesperson")
    english = client_as("sales-director", locale="en")
    first = {each: frame(each) for each in (chief, seller, english)}
    assert {"/accounts/users", "/apps/"} <= entries(first[chief])
    assert not {"/accounts/users", "/apps/"} & (entries(first[seller]) | entries(first[english]))
    for each in (seller, chief, english, chief, seller):
        assert frame(each) == first[each]
    for mine, others in ((seller, (chief, english)), (chief, (seller, english))):
        login = re.findall(r"\S+-user", first[mine])
        assert login, "the account menu names its owner"
        assert not any(login[0] in first[other] for other in others)
    # the same entries on another page: another one is the current
    assert 'aria-current="page"' in first[chief]
    roles = frame(chief, "/accounts/roles")
    assert re.findall(r'<li[^>]*><a href="([^"]+)"[^>]*aria-current="page"', roles) == ["/accounts/roles"]
    assert re.findall(r'<li><a href="([^"]+)"[^>]*aria-current="page"', frame(chief)) == ["/customers"]
    # language: of a visitor's choice, then of the account; below another address
    assert "Customer files" in first[english]
    assert "客户档案" not in re.sub(r"<title>.*?</title>", "", first[english])
    seller.set_cookie("kezhi_locale", "en")
    assert "Customer files" in frame(seller)
    seller.set_cookie("kezhi_locale", "zh")
    assert frame(seller) == first[seller]
    below = frame(seller, environ_overrides={"SCRIPT_NAME": "/kezhi"})
    assert entries(below) == {f"/kezhi{address}" for address in entries(first[seller])}
    assert frame(seller) == first[seller]
    # what the company is called, and what a person chose
    with writing():
        set_setting("kezhi", "company", "甲 <乙>")
    assert all("甲 &lt;乙&gt;" in frame(each) for each in (chief, seller, english))
    account = db.session.scalars(select(Account).where(Account.login == "salesperson-user")).one()
    with writing():
        account.theme = "dark"
    assert 'data-bs-theme="dark"' in frame(seller)
    assert 'data-bs-theme="light"' in frame(chief)
    # rights and roles that change in the midst of a session
    with writing():
        accounts.set_permission("salesperson", "accounts.manage", True)
    assert "/accounts/users" in entries(frame(seller))
    assert "/accounts/users" not in entries(frame(english))
    with writing():
        accounts.set_permission("salesperson", "accounts.manage", False)
    assert "/accounts/users" not in entries(frame(seller))
    with writing():
        given: dict[str, Any] = {"name": "Seller", "department_id": None, "locale": None, "active": True}
        accounts.update_user(account.id, account.version, roles=["administrator"], **given)
    assert "/apps/" in entries(frame(seller))
    with writing():
        accounts.update_user(account.id, account.version, roles=["salesperson"], **given)
    assert entries(frame(seller)) == entries(first[seller])


def test_a_kept_statement_gives_everybody_their_own_rows(
    app: Flask, client_as: Clients, make_customer: Callable[..., Any], clock_at: Clients
) -> None:
    """The list of customers, asked again and again: whose rows they are, is said by rights, shares and the day."""
    clock_at(datetime(2026, 3, 2, 12, tzinfo=UTC))  # an evening of the company
    seller, other, chief = client_as("salesperson"), client_as("account-manager"), client_as("sales-director")
    people = dict(db.session.execute(select(Account.login, Account.id)).all())
    mine, theirs = people["salesperson-user"], people["account-manager-user"]
    made = {
        name: make_customer(name=name, owner_id=owner, region="east").id
        for name, owner in (("甲公司", mine), ("乙公司", theirs), ("丙公司", None))
    }

    def seen(client: Any, more: str = "") -> list[str]:
        return re.findall(r'class="kz-name" href="[^"]*">(.公司)<', client.get(f"/customers?sort=name{more}").text)

    for _turn in range(2):
        for more in ("", "&f.region=east"):
            assert seen(seller, more) == ["甲公司"]
            assert seen(other, more) == ["乙公司"]
            assert set(seen(chief, more)) == set(made)
        assert seen(chief, "&f.region=south") == []
        assert seen(seller, "&q=乙公司") == []
    # a share opens a row, and closes it again on its day, without anything that is kept being told
    today, whose = clock.today(), {"customer_id": made["乙公司"], "user_id": mine, "given_by_id": theirs}
    with writing():
        db.session.add(
            CustomerShare(**whose, from_on=today, to_on=today, reason="替班", may_write=False, given_at=clock.now())
        )
    assert set(seen(seller)) == {"甲公司", "乙公司"}
    clock_at(clock.now() + timedelta(hours=5))
    assert seen(seller) == ["甲公司"]
    # a right taken in the midst of a session
    with writing():
        accounts.set_permission("sales-director", "customers.see_all", False)
    assert seen(chief) == []
    with writing():
        accounts.set_permission("salesperson", "customers.see_all", True)
    assert set(seen(seller)) == set(made)
    assert seen(other) == ["乙公司"]


def test_the_fixed_parts_of_a_list_are_those_that_would_be_made_now(
    app: Flask, client_as: Clients, make_customer: Callable[..., Any]
) -> None:
    """Tools, heads, addresses and pager, by turns and after every change: what is kept is what would be made anew."""
    chief, seller, english = client_as("sales-director"), client_as("salesperson"), client_as("finance", locale="en")
    people = {account.login: account for account in db.session.scalars(select(Account))}
    mine = people["salesperson-user"]
    make_customer(name="甲 <公司>", owner_id=mine.id, region="east", code="K-1")
    make_customer(name="乙公司", code="K-2")
    addresses = [
        "/customers?sort=name",
        "/customers?columns=code,name&f.region=east&q=K&size=100",
        "/customers?view=1&sort=-code&from=%22%3E%3Cb%3E&part=columns",
    ]
    memo = app.extensions["kezhi"].host.memo

    def main(client: Any, address: str, **more: Any) -> str:
        page = client.get(address, **more).text
        page = page[page.index("<main") : page.index("</main>")]
        return re.sub(r'name="csrf_token" value="[^"]*"', "", page)

    def shown() -> dict[str, str]:
        """The list as everybody sees it now; and the same when nothing is kept."""
        everybody = {"chief": chief, "seller": seller, "english": english}
        asked = [(who, client, address) for address in addresses for who, client in everybody.items()]
        kept = [main(client, address) for _who, client, address in asked]
        for page, (who, client, address) in zip(kept, asked, strict=True):
            memo.clear()
            assert page == main(client, address), (who, address)
        return {who: page for page, (who, _client, address) in zip(kept, asked, strict=True) if address == addresses[0]}

    before = shown()
    assert "<b>" not in main(seller, addresses[2])
    assert "Row height" in before["english"]
    assert "行高" in before["seller"]
    assert "行高" not in before["english"]
    assert 'href="/kezhi/customers' in main(seller, addresses[0], environ_overrides={"SCRIPT_NAME": "/kezhi"})
    assert main(seller, addresses[0]) == before["seller"]
    # a right that is taken: the tool goes at once, from nobody else
    assert "format=csv" in before["chief"]
    with writing():
        accounts.set_permission("sales-director", "customers.export", False)
        accounts.set_permission("salesperson", "customers.share", False)
        accounts.set_permission("finance", "customers.export", True)
    after = shown()
    assert "format=csv" not in after["chief"]
    assert "format=csv" in after["english"]
    assert after["seller"].count("formaction=") < before["seller"].count("formaction=")
    # a column that somebody may not read any more
    with writing():
        accounts.set_permission("salesperson", "customers.share", True)
        mine.locale = "en"
    assert "Row height" in shown()["seller"]
    with writing():
        mine.locale = None
    # a view: kept, renamed, shared, taken back, thrown away
    with acting_as(accounts.user_by_id(people["sales-director-user"].id)), writing():
        view = views.save_view("customers", "/customers", "我的 <视图>", "sort=name")
    assert [("我的 &lt;视图&gt;" in page) for page in shown().values()] == [True, False, False]
    with acting_as(accounts.user_by_id(people["sales-director-user"].id)), writing():
        views.change_view(view.id, title="大家的", shared=True)
    assert all("大家的" in page and "我的" not in page for page in shown().values())
    with acting_as(accounts.user_by_id(people["sales-director-user"].id)), writing():
        views.change_view(view.id, shared=False, query="sort=-code")
    assert [("大家的" in page) for page in shown().values()] == [True, False, False]
    with acting_as(accounts.user_by_id(people["sales-director-user"].id)), writing():
        views.remove_view(view.id)
    assert "大家的" not in shown()["chief"]


def test_an_address_without_end_is_kept_by_nothing(app: Flask, client_as: Clients) -> None:
    seller = client_as("salesperson")
    memo = app.extensions["kezhi"].host.memo
    seller.get("/customers?sort=name")
    known = len(memo["parts",])
    assert (
        'value="x"'
        not in seller.get(f"/customers?sort=name&q={'x' * 100}&{'&'.join(f'a{n}=1' for n in range(300))}").text
    )
    assert len(memo["parts",]) == known


def test_a_kept_statement_reads_on_where_each_is(
    app: Flask, add_person: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    """Two people leaf through their rows by turns, forward and back, along an order in one leg and in two."""
    owners = [add_person(f"p{n}", "salesperson") for n in (0, 1)]
    for number in range(14):
        day = None if number % 3 == 0 else clock.today() - timedelta(days=number // 4)
        make_customer(name=f"公司{number % 5}", owner_id=owners[number % 2].id, trade_since=day)
    for sort in ("name", "-name", "trade_since", "-trade_since"):
        found: dict[int, list[int]] = {0: [], 1: []}
        places: dict[int, dict[str, str]] = {0: {}, 1: {}}
        pages: dict[int, list[list[int]]] = {0: [], 1: []}
        for _turn in range(4):
            for who, user in enumerate(owners):
                with acting_as(user):
                    page = _page({"sort": sort, **places[who]})
                pages[who].append([row.id for row in page.rows])
                found[who] += pages[who][-1]
                places[who] = {"after": page.next_cursor or ""}
        for who, user in enumerate(owners):
            with acting_as(user):
                whole = [row.id for row in _page({"sort": sort}, size=100).rows]
                assert found[who] == whole
                assert len(whole) == 7
                last = _page({"sort": sort}, size=6)
                back = _page({"sort": sort, "before": _page({"sort": sort, "after": last.next_cursor}).previous_cursor})
            assert [row.id for row in back.rows] == whole[4:6]


def _page(args: dict[str, str], size: int = 2) -> Any:
    view = list_view()
    view.link = None
    return view.page({name: value for name, value in args.items() if value}, size=size)


def test_cells_are_written_once_only_where_all_of_them_is_the_same() -> None:
    """A value with what belongs to it; what may be changed by who writes it is written each time."""
    written: list[Any] = []

    def write(cell: Any) -> str:
        written.append((cell.value, tuple(cell.extra)))
        return f"{cell.value}/{'+'.join(map(str, cell.extra))}"

    column = Column("class", "Class", Customer.region, render=Renderer(write, write), extra=(Customer.code,))
    rows = [(1, None, "A", 1), (2, None, "A", 2), (3, None, "A", 1), (4, None, None, 1), (5, None, "<", 1)]
    made = make_rows([column], rows, None, {})  # type: ignore[arg-type]
    assert [each.texts[0] for each in made] == ["A/1", "A/2", "A/1", "None/1", "&lt;/1"]
    assert written == [("A", (1,)), ("A", (2,)), (None, (1,)), ("<", (1,))]
    written.clear()
    mixed = [(1, None, "A", 1), (2, None, "A", True), (3, None, "A", {}), (4, None, "A", 1)]
    made = make_rows([column], mixed, None, {})  # type: ignore[arg-type]
    assert [each.texts[0] for each in made] == ["A/1", "A/True", "A/{}", "A/1"]
    assert make_rows([column], [], None, {}) == []


@pytest.mark.plugins("trade")
def test_what_an_app_brought_goes_with_it(
    site: Site, app: Flask, client_as: Clients, make_customer: Callable[..., Any]
) -> None:
    """Entries of the menu, columns of a list."""
    client_as("administrator")
    make_customer()

    def shown() -> tuple[bool, bool, str]:
        present = site.current_app()
        present.test_client_class = IsolatedClient
        client = present.test_client()
        client.set_cookie("kezhi_locale", "zh")
        client.post("/login", data={"login": "administrator-user", "password": "administrator-user-password-1"})
        page = frame(client)
        own = any(address.startswith("/trade") for address in entries(page))
        return own, "累计订货" in client.get("/customers?sort=name").text, page

    before = shown()
    assert before[:2] == (True, True)
    disable(site, "trade")
    assert shown()[:2] == (False, False)
    enable(site, "trade")
    assert shown() == before
