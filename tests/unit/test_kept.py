"""What is kept between requests (menus, frames, statements of lists) belongs to nobody and outlives nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kezhi import clock, db, set_setting, writing
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import CustomerShare
from kezhi.lifecycle import disable, enable
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
    return set(re.findall(r'<li><a href="([^"]+)"', side))


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
    assert re.findall(r'<li><a href="([^"]+)"[^>]*aria-current="page"', roles) == ["/accounts/roles"]
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
