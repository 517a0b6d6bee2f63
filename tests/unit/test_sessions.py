"""Sessions: a random token in the cookie, a row that every process asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from kezhi import User, db, set_setting, tables, writing
from kezhi.builtin.accounts import services
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services.log_ins import sessions_of
from kezhi.site import Site
from kezhi.testing.databases import with_options

pytestmark = pytest.mark.services

table = tables.session
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie.get("token"))


def rows() -> list[Any]:
    found = list(db.session.execute(select(table).order_by(table.c.id)))
    db.session.rollback()
    return found


def is_logged_in(client: FlaskClient) -> bool:
    return client.get("/accounts/me").status_code == 200


@pytest.fixture
def li(add_person: Callable[..., User]) -> User:
    return add_person("li", "salesperson")


@pytest.fixture
def other_app(site: Site) -> Iterator[Flask]:
    """The app of another process on the same database."""
    other = with_options(site)
    yield other.app
    other.close()


@pytest.mark.clause("ORG-02")
def test_the_database_knows_the_tokens_hash_and_the_cookie_only_the_token(
    client_as: Callable[..., FlaskClient], li: User
) -> None:
    client = client_as(login="li")
    (row,) = rows()
    assert bytes(row.token_hash) == hashlib.sha256(token_of(client).encode()).digest()
    assert row.user_id == li.id
    with client.session_transaction() as cookie:
        assert set(cookie) <= {"token", "csrf_token", "_flashes"}


@pytest.mark.clause("ORG-02")
def test_the_token_changes_at_log_in_and_the_former_session_is_gone(app: Flask, li: User) -> None:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(dict.fromkeys(("token", "csrf_token", "anything"), "planted"))
    client.post("/login", data={"login": "li", "password": "li-password-1"})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie.values()
    assert is_logged_in(client)


@pytest.mark.clause("ORG-02")
def test_a_second_log_in_from_the_same_browser_replaces_the_first(
    client_as: Callable[..., FlaskClient], li: User
) -> None:
    client = client_as(login="li")
    first = token_of(client)
    client.post("/logout")
    client.post("/login", data={"login": "li", "password": "li-password-1"})
    assert token_of(client) != first
    with client.session_transaction() as cookie:
        cookie["token"] = first  # a copy of the old cookie is worth nothing
    assert not is_logged_in(client)


@pytest.mark.clause("ORG-02")
def test_log_out_ends_the_session_for_every_copy_of_the_cookie(
    client_as: Callable[..., FlaskClient], app: Flask, other_app: Flask, li: User
) -> None:
    client = client_as(login="li")
    thief = other_app.test_client()
    with thief.session_transaction() as cookie:
        cookie["token"] = token_of(client)
    assert is_logged_in(thief)
    assert client.post("/logout").location == "/login"
    assert not is_logged_in(thief)
    assert rows() == []
    assert client.post("/logout").location == "/login"  # twice is once


@pytest.mark.clause("ORG-02")
def test_deactivation_and_a_new_password_end_sessions_in_every_process(
    client_as: Callable[..., FlaskClient], other_app: Flask, li: User
) -> None:
    elsewhere = other_app.test_client()
    elsewhere.post("/login", data={"login": "li", "password": "li-password-1"})
    assert is_logged_in(elsewhere)
    assert li.id is not None
    with writing():
        services.reset_password(li.id, services.hash_password("li-password-1"))
    assert not is_logged_in(elsewhere)
    assert rows() == []

    elsewhere.post("/login", data={"login": "li", "password": "li-password-1"})
    version = db.session.execute(select(Account.version).where(Account.id == li.id)).scalar_one()
    with writing():
        services.update_user(
            li.id, version, name="Li", roles=["salesperson"], department_id=None, locale=None, active=False
        )
    assert elsewhere.get("/password").location.startswith("/login")
    assert rows() == []


def test_who_is_deactivated_by_other_means_is_out_at_once(client_as: Callable[..., FlaskClient], li: User) -> None:
    client = client_as(login="li")
    with writing():
        db.session.execute(update(Account).where(Account.id == li.id).values(active=False))
    assert not is_logged_in(client)


@pytest.mark.clause("ORG-02")
def test_own_sessions_are_listed_and_can_be_ended_one_by_one_or_together(
    client_as: Callable[..., FlaskClient], add_person: Callable[..., User], li: User
) -> None:
    office, phone, home = client_as(login="li"), client_as(login="li"), client_as(login="li")
    wang = client_as("salesperson", login="wang")
    ids = {bytes(row.token_hash): row.id for row in rows()}

    def number(client: FlaskClient) -> int:
        return int(ids[hashlib.sha256(token_of(client).encode()).digest()])

    assert office.get("/accounts/me").get_data(as_text=True).count("<tr><td") == 3
    assert office.post(f"/accounts/me/sessions/{number(phone)}/end").status_code == 302
    assert [is_logged_in(client) for client in (office, phone, home)] == [True, False, True]
    assert office.post(f"/accounts/me/sessions/{number(wang)}/end").status_code == 404
    assert is_logged_in(wang)
    office.post("/accounts/me/sessions/end")
    assert [is_logged_in(client) for client in (office, home, wang)] == [True, False, True]


@pytest.mark.clause("ORG-02")
def test_an_idle_session_ends_after_twelve_hours_and_any_session_after_seven_days(
    client_as: Callable[..., FlaskClient], clock_at: Callable[[datetime], None], li: User
) -> None:
    clock_at(START)
    client = client_as(login="li")
    clock_at(START + timedelta(hours=12))
    assert not is_logged_in(client)

    clock_at(START)
    client, at = client_as(login="li"), START
    while at < START + timedelta(days=7) - timedelta(hours=11):
        at += timedelta(hours=11)
        clock_at(at)
        assert is_logged_in(client)
    clock_at(START + timedelta(days=7))
    assert not is_logged_in(client)
    assert sessions_of(li.id or 0) == []


def test_the_company_sets_the_times(
    client_as: Callable[..., FlaskClient], clock_at: Callable[[datetime], None], li: User
) -> None:
    clock_at(START)
    with writing():
        set_setting("kezhi", "session_idle_hours", 1)
    client = client_as(login="li")
    clock_at(START + timedelta(minutes=61))
    assert not is_logged_in(client)


def test_the_last_use_is_noted_every_five_minutes_at_most(
    client_as: Callable[..., FlaskClient], clock_at: Callable[[datetime], None], statements: Any, li: User
) -> None:
    clock_at(START)
    client = client_as(login="li")
    clock_at(START + timedelta(minutes=4, seconds=59))
    with statements() as counted:
        assert is_logged_in(client)
    assert not [text for text in counted.texts if not text.lstrip().upper().startswith("SELECT")]
    clock_at(START + timedelta(minutes=5))
    assert is_logged_in(client)
    assert rows()[0].seen_at == START + timedelta(minutes=5)


def test_dead_rows_are_swept_at_the_next_log_in(
    client_as: Callable[..., FlaskClient], clock_at: Callable[[datetime], None], add_person: Callable[..., User]
) -> None:
    clock_at(START)
    client_as("salesperson", login="li")
    clock_at(START + timedelta(days=1))
    client_as("salesperson", login="wang")
    assert db.session.execute(select(func.count()).select_from(table)).scalar_one() == 1


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "0" * 5000, 5, None, ["a"], {"a": 1}])
def test_a_token_that_means_nothing_is_nobody(app: Flask, token: object) -> None:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    assert client.get("/accounts/me").location.startswith("/login")


def test_a_cookie_that_was_tampered_with_is_nobody(client_as: Callable[..., FlaskClient], li: User) -> None:
    client = client_as(login="li")
    cookie = client.get_cookie("kezhi")
    assert cookie is not None
    client.set_cookie("kezhi", cookie.value[:-2] + "xx")
    assert not is_logged_in(client)


def test_who_cannot_be_loaded_is_nobody(
    client_as: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch, li: User
) -> None:
    client = client_as(login="li")

    def broken(_user_id: int) -> User:
        raise ValueError("no such thing")

    monkeypatch.setattr(services, "user_by_id", broken)
    assert client.get("/accounts/me").location.startswith("/login")


def test_the_cookie_stays_away_from_scripts_and_other_sites_and_keeps_to_tls(app: Flask, li: User) -> None:
    data = {"login": "li", "password": "li-password-1"}
    plain = app.test_client().post("/login", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    safe = app.test_client().post("/login", data=data, base_url="https://localhost").headers["Set-Cookie"]
    assert "Secure" in safe


def test_nothing_of_a_person_is_kept_by_a_cache(client_as: Callable[..., FlaskClient], li: User) -> None:
    assert client_as(login="li").get("/accounts/me").headers["Cache-Control"] == "no-store"


def test_a_request_learns_who_asks_in_a_constant_number_of_statements(
    client_as: Callable[..., FlaskClient], statements: Any, add_person: Callable[..., User], app: Flask
) -> None:
    with writing():
        top = services.add_department("top").id
        below = [services.add_department(f"below {number}", top).id for number in range(5)]
    poor = add_person("poor")
    rich = add_person("rich", "salesperson", "finance", "data-analyst", department_id=top)
    for person in (poor, rich):
        with statements() as counted:
            services.user_by_id(person.id or 0)
        assert counted.count <= 2
    loaded = services.user_by_id(rich.id or 0)
    assert loaded is not None
    assert loaded.departments == {top, *below}
