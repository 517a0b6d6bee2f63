"""Passwords: the rules, the forced change, and what a change ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import Refused, User, db, tables, writing
from kezhi.builtin.accounts import passwords, services
from kezhi.builtin.accounts.models import Account

OLD, NEW = "li-password-1", "correct horse battery"


@pytest.fixture
def li(add_person: Callable[..., User]) -> User:
    return add_person("li", "salesperson")


def stored_hash(login: str = "li") -> str:
    db.session.rollback()
    return str(db.session.execute(select(Account.password_hash).where(Account.login == login)).scalar_one())


def send(client: FlaskClient, old: str, new: str, repeated: str | None = None) -> int:
    data = {"old_password": old, "new_password": new, "repeated": new if repeated is None else repeated}
    return client.post("/password", data=data).status_code


def logged_in_with_one_time_password(app: Flask, user: User) -> tuple[FlaskClient, str]:
    password = services.new_password()
    with writing():
        services.reset_password(user.id or 0, services.hash_password(password))
    client = app.test_client()
    assert client.post("/login", data={"login": user.login, "password": password}).location == "/password"
    return client, password


@pytest.mark.clause("ORG-02")
def test_a_one_time_password_opens_nothing_but_its_own_change(app: Flask, li: User) -> None:
    client, password = logged_in_with_one_time_password(app, li)
    for address in ("/", "/accounts/me", "/counts"):
        assert client.get(address).location == "/password"
    assert send(client, password, password) == 200  # the same again is no change
    assert client.get("/accounts/me").status_code == 302
    assert send(client, password, NEW) == 302
    assert client.get("/accounts/me").status_code == 200


@pytest.mark.clause("ORG-02")
@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("too-short", "needs at least 10"),
        ("Li.Xiaoming", "must not be the login"),
        ("Password123", "among the first"),
        ("qwertyuiop", "among the first"),
        ("1111111111", "among the first"),
        ("x" * 201, "more than 200"),
    ],
)
def test_what_a_password_must_not_be(app: Flask, new: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        passwords.check_password(new, login="li.xiaoming")


def test_any_long_unusual_password_will_do(app: Flask) -> None:
    for text in (NEW, "长城万里长城万里不到非好汉", "Tr0ub4dor&3", services.new_password()):
        passwords.check_password(text, login="li")


@pytest.mark.clause("ORG-02")
def test_the_old_password_is_asked_and_a_refusal_changes_nothing(
    client_as: Callable[..., FlaskClient], li: User
) -> None:
    client = client_as(login="li")
    before = stored_hash()
    assert send(client, "wrong", NEW) == 200
    assert send(client, OLD, NEW, repeated="something else") == 200
    assert send(client, OLD, "short") == 200
    assert send(client, OLD, OLD) == 200
    assert stored_hash() == before
    assert send(client, OLD, NEW) == 302
    assert services.matches(NEW, stored_hash())


@pytest.mark.clause("ORG-02")
def test_a_change_ends_every_other_session_and_renews_this_one(client_as: Callable[..., FlaskClient], li: User) -> None:
    here, elsewhere = client_as(login="li"), client_as(login="li")
    with here.session_transaction() as cookie:
        before = cookie["token"]
    send(here, OLD, NEW)
    with here.session_transaction() as cookie:
        assert cookie["token"] != before
    assert here.get("/accounts/me").status_code == 200
    assert elsewhere.get("/accounts/me").status_code == 302


@pytest.mark.clause("ORG-02")
def test_guessing_the_old_password_in_a_borrowed_browser_is_locked_like_a_log_in(
    client_as: Callable[..., FlaskClient], li: User
) -> None:
    client = client_as(login="li")
    for _attempt in range(5):
        send(client, "guess", NEW)
    assert send(client, OLD, NEW) == 200
    assert services.matches(OLD, stored_hash())


def test_two_changes_at_the_same_time_do_not_overwrite_each_other(app: Flask, li: User) -> None:
    before = stored_hash()
    with writing():
        services.change_own_password(li.id or 0, before, services.hash_password(NEW))
    with pytest.raises(Refused, match="changed meanwhile"), writing():
        services.change_own_password(li.id or 0, before, services.hash_password("another password"))
    assert services.matches(NEW, stored_hash())


@pytest.mark.clause("ORG-02")
def test_an_administrator_gives_a_new_one_time_password(
    client_as: Callable[..., FlaskClient], app: Flask, li: User
) -> None:
    hers, admin = client_as(login="li"), client_as("administrator")
    for _attempt in range(5):
        app.test_client().post("/login", data={"login": "li", "password": "guess"})
    page = admin.post(f"/accounts/users/{li.id}/password").get_data(as_text=True)
    password = page.partition('<code class="fs-5">')[2].partition("</code>")[0]
    assert hers.get("/accounts/me").location.startswith("/login")
    answer = app.test_client().post("/login", data={"login": "li", "password": password})
    assert answer.location == "/password"  # the lock is lifted, the change is forced


def test_no_password_or_hash_stands_in_the_audit_chain(app: Flask, li: User) -> None:
    client, password = logged_in_with_one_time_password(app, li)
    send(client, password, NEW)
    text = " ".join(db.session.scalars(select(tables.audit_entry.c.payload)))
    assert password not in text
    assert NEW not in text
    assert "argon2" not in text


def test_one_time_passwords_are_long_and_differ(app: Flask) -> None:
    made = {services.new_password() for _number in range(200)}
    assert len(made) == 200
    assert all(len(set(password) - {"-"}) > 3 and len(password) == 19 for password in made)
