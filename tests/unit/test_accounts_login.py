"""Log-in: one answer for every failure, a throttle that all processes share, no slow work in a transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import argon2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from kezhi import User, db, tables, writing
from kezhi.builtin.accounts import passwords, services
from kezhi.builtin.accounts.models import Account, Attempt
from kezhi.testing.client import without_token

pytestmark = pytest.mark.services

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def log_in(client: FlaskClient, login: str, password: str, address: str = "10.0.0.1", **query: str) -> TestResponse:
    return client.post(
        "/login",
        query_string=query,
        data={"login": login, "password": password},
        environ_base={"REMOTE_ADDR": address},
        headers={"Accept-Language": "en"},
    )


def error(answer: TestResponse) -> str:
    """The message at the password field."""
    found = re.search(r'id="password-e">([^<]*)<', answer.get_data(as_text=True))
    return found.group(1) if found else ""


@pytest.fixture
def li(add_person: Callable[..., User]) -> User:
    return add_person("li", "salesperson")


@pytest.mark.clause("ORG-02")
def test_the_page_asks_for_login_and_password_and_nothing_else(app: Flask) -> None:
    page = app.test_client().get("/login").get_data(as_text=True)
    assert re.findall(r'name="(\w+)"', page.partition("<form")[2].partition("</form")[0]) == [
        "csrf_token",
        "login",
        "password",
    ]


@pytest.mark.clause("ORG-02")
def test_the_right_password_opens_the_page_that_was_asked_for(app: Flask, li: User) -> None:
    client = app.test_client()
    asked = client.get("/accounts/me?x=1")
    assert asked.status_code == 302
    assert asked.location == "/login?next=/accounts/me?x%3D1"
    answer = log_in(client, " LI ", "li-password-1", next="/accounts/me?x=1")
    assert (answer.status_code, answer.location) == (302, "/accounts/me?x=1")
    assert client.get("/accounts/me").status_code == 200
    assert client.get("/login?next=/accounts/me").location == "/accounts/me"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_other_site_is_ever_the_next_page(app: Flask, li: User, target: str) -> None:
    assert log_in(app.test_client(), "li", "li-password-1", next=target).location == "/"


@pytest.mark.clause("ORG-02")
def test_wrong_password_unknown_login_and_inactive_person_are_answered_alike(app: Flask, li: User) -> None:
    client = app.test_client()
    wrong = log_in(client, "li", "not-the-password")
    unknown = log_in(client, "nobody", "not-the-password")
    with writing():
        db.session.execute(update(Account).where(Account.login == "li").values(active=False))
    inactive = log_in(client, "li", "li-password-1", address="10.0.0.2")
    assert wrong.status_code == unknown.status_code == inactive.status_code == 200
    assert error(wrong) == error(unknown) == "User name or password is not correct."
    assert error(inactive).startswith("User name or password is not correct.")
    assert without_token(wrong.text, 'value="li"') == without_token(unknown.text, 'value="nobody"')


@pytest.mark.clause("ORG-02")
def test_an_unknown_login_costs_as_much_as_a_wrong_password(
    app: Flask, li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Counting(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Any:
            checked.append(str(hash)[:40])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    log_in(app.test_client(), "li", "not-the-password")
    log_in(app.test_client(), "nobody", "not-the-password")
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]  # the same parameters


def test_the_password_is_checked_outside_any_transaction(app: Flask, li: User, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    class Watching(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Any:
            seen.append(db.session().in_transaction())
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Watching(time_cost=1, memory_cost=8, parallelism=1))
    log_in(app.test_client(), "li", "li-password-1")
    assert seen == [False]


@pytest.mark.clause("ORG-02")
def test_five_failures_lock_the_login_for_a_quarter_of_an_hour(
    app: Flask, li: User, clock_at: Callable[[datetime], None]
) -> None:
    client = app.test_client()
    clock_at(START)
    told = [error(log_in(client, "li", "guess")) for _attempt in range(5)]
    assert told[0] == "User name or password is not correct."
    assert told[1].endswith("After 3 more failures the account is locked for a while.")
    assert told[3].endswith("After 1 more failure the account is locked for a while.")
    assert told[4] == "User name or password is not correct. Try again in 15 minutes."
    right = log_in(client, "li", "li-password-1")  # the lock answers the right password like a wrong one
    assert error(right) == told[4]
    clock_at(START + timedelta(minutes=14, seconds=59))
    assert error(log_in(client, "li", "li-password-1")).endswith("Try again in 1 minute.")
    clock_at(START + timedelta(minutes=15, seconds=1))
    assert log_in(client, "li", "li-password-1").status_code == 302


@pytest.mark.clause("ORG-02")
def test_every_further_lock_takes_twice_as_long(app: Flask, li: User, clock_at: Callable[[datetime], None]) -> None:
    client, at = app.test_client(), START
    for minutes in (15, 30, 60):
        clock_at(at)
        told = [error(log_in(client, "li", "guess", address=f"10.0.1.{minutes}")) for _attempt in range(5)]
        assert told[4].endswith(f"Try again in {minutes} minutes.")
        at += timedelta(minutes=minutes, seconds=1)


@pytest.mark.clause("ORG-02")
def test_an_unknown_login_is_locked_like_a_known_one(app: Flask) -> None:
    client = app.test_client()
    told = [error(log_in(client, "nobody", "guess")) for _attempt in range(5)]
    assert told[4].endswith("Try again in 15 minutes.")


@pytest.mark.clause("ORG-02")
def test_guessing_many_logins_locks_the_address(app: Flask, li: User) -> None:
    client = app.test_client()
    for number in range(20):
        told = error(log_in(client, f"guess-{number}", "guess", address="192.0.2.7"))
    assert told.endswith("Try again in 15 minutes.")
    assert "Try again" in error(log_in(client, "li", "li-password-1", address="192.0.2.7"))
    assert log_in(client, "li", "li-password-1", address="192.0.2.8").status_code == 302


def test_a_success_starts_the_count_of_the_login_again(app: Flask, li: User) -> None:
    for _round in range(3):
        for _attempt in range(4):
            log_in(app.test_client(), "li", "guess", address=f"10.0.2.{_round}")
        assert log_in(app.test_client(), "li", "li-password-1", address=f"10.0.2.{_round}").status_code == 302
    rows = db.session.execute(select(Attempt.kind, Attempt.failures, Attempt.locked_until)).all()
    assert sorted(tuple(row) for row in rows) == [("address", 4, None)] * 3


def test_guesses_at_the_same_time_cannot_run_ahead_of_the_count(app: Flask) -> None:
    """An attempt counts before its password is looked at: the sixth waits even if no answer was given yet."""
    verdicts = []
    for _attempt in range(6):
        with writing():
            verdicts.append(services.reserve_attempt("li", "10.0.0.1"))
    assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False]


@pytest.mark.clause("ORG-02")
def test_an_old_hash_is_renewed_at_the_log_in(app: Flask, li: User) -> None:
    old = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("li-password-1")
    with writing():
        db.session.execute(update(Account).where(Account.login == "li").values(password_hash=old))
    assert passwords.needs_rehash(old)
    assert log_in(app.test_client(), "li", "li-password-1").status_code == 302
    stored = db.session.execute(select(Account.password_hash).where(Account.login == "li")).scalar_one()
    assert not passwords.needs_rehash(stored)
    assert passwords.matches("li-password-1", stored)


@pytest.mark.clause("ORG-02")
def test_success_failure_and_lock_are_on_record_without_what_was_typed(app: Flask, li: User) -> None:
    client = app.test_client()
    for _attempt in range(5):
        log_in(client, "li", "my secret")
    log_in(client, "typed my password here", "x")
    with writing():
        services.reset_password(li.id or 0, services.hash_password("li-password-1"))
    log_in(client, "li", "li-password-1")
    entries = db.session.execute(select(tables.audit_entry).order_by(tables.audit_entry.c.seq)).all()
    told = [(row.action, row.object_id, row.result) for row in entries if row.action.startswith("login.")]
    assert told == [
        *[("login.failure", str(li.id), "refused")] * 5,
        ("login.lock", str(li.id), "refused"),
        ("login.failure", "", "refused"),
        ("login.success", str(li.id), "done"),
    ]
    assert "typed my password" not in json.dumps([str(row) for row in entries])
    assert [row.actor for row in entries if row.action == "login.success"] == ["li"]


def test_malformed_input_is_a_wrong_password_and_never_a_fault(app: Flask) -> None:
    client = app.test_client()
    for login, password in (("", ""), ("x" * 5000, "y" * 5000), ("a\x00b", "\x00"), ("😀", "é" * 500)):
        assert log_in(client, login, password).status_code == 200
    assert client.post("/login", data={"login": ["a", "b"], "roles": "administrator"}).status_code == 200
