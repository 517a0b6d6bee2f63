"""Links that set a password, once; where people are logged in; what ends when somebody leaves (ORG-01, ORG-02)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import NotFound, Refused, User, acting_as, db, tables, writing
from kezhi.builtin.accounts import agents, services
from kezhi.builtin.accounts.models import Account, PasswordLink

pytestmark = pytest.mark.services

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NEW = "a quite long sentence"
CODE = r"(?:[a-z2-9]{4}-){5}[a-z2-9]{4}"


@pytest.fixture
def li(add_person: Callable[..., User]) -> User:
    return add_person("li", "salesperson")


def issue(user: User) -> str:
    with writing():
        return services.issue_link(user.id or 0).code


def use(client: FlaskClient, code: str, password: str = NEW, again: str | None = None) -> Any:
    data = {"code": code, "new_password": password, "repeated": password if again is None else again}
    return client.post("/password/link", data=data, headers={"Accept-Language": "en"})


def hash_of(login: str) -> str:
    db.session.rollback()
    return str(db.session.scalar(select(Account.password_hash).where(Account.login == login)))


def stored_text() -> str:
    db.session.rollback()
    rows = [*db.session.execute(select(PasswordLink)).all(), *db.session.execute(select(tables.audit_entry)).all()]
    kept = [dict(row[0].__dict__) if hasattr(row[0], "__dict__") else tuple(row) for row in rows]
    return json.dumps(kept, default=str)


@pytest.mark.clause("ORG-02")
def test_an_administrator_issues_a_link_and_the_person_sets_a_password_once(
    client_as: Callable[..., FlaskClient], app: Flask, li: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin, theirs = client_as("administrator"), client_as(login="li")
    shown = admin.post(f"/accounts/users/{li.id}/link").text
    found = re.search(rf"http://localhost/password/link#({CODE})<", shown)
    assert found, "the code stands behind the #, which no browser sends"
    code = found.group(1)
    assert code not in admin.get(f"/accounts/users/{li.id}").text
    assert code not in stored_text()
    assert theirs.get("/accounts/me").status_code == 200, "until it is used nothing changes"
    visitor = app.test_client()
    page = visitor.get("/password/link")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    # the rules are checked and said, and what is refused leaves link and password as they are
    before = hash_of("li")
    for password, again, told in (
        ("short", None, "at least 10"),
        ("li", "li", "at least 10"),
        ("1234567890", None, "among the first"),
        (NEW, "something else", "two new passwords differ"),
    ):
        assert told in unescape(use(visitor, code, password, again).text)
    assert hash_of("li") == before
    assert use(visitor, f" {code.upper()} ").location == "/login"
    assert services.matches(NEW, hash_of("li"))
    assert theirs.get("/accounts/me").status_code == 302, "their sessions ended"
    assert visitor.get("/accounts/me").status_code == 302, "nobody is logged in by a link"
    assert visitor.post("/login", data={"login": "li", "password": NEW}).location == "/"
    # used is used, in the same words as unknown
    after = hash_of("li")
    used, unknown = use(visitor, code, f"{NEW} 2"), use(visitor, "no-such-code", f"{NEW} 2")
    said = r'id="code-e">([^<]*)<'
    assert re.findall(said, used.text) == re.findall(said, unknown.text) != []
    assert hash_of("li") == after
    assert code not in stored_text()
    assert code not in caplog.text
    assert NEW not in caplog.text
    entries = [(row.actor, row.action) for row in db.session.execute(select(tables.audit_entry)).all()]
    assert ("administrator-user", "user.link") in entries
    assert ("li", "user.link_used") in entries


@pytest.mark.clause("ORG-02")
def test_a_link_ends_by_time_by_a_later_one_by_a_new_password_and_with_the_person(
    app: Flask, li: User, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START)
    before = hash_of("li")
    old = issue(li)
    clock_at(START + timedelta(hours=24))
    assert services.open_link(li.id or 0) is None
    first = issue(li)
    second = issue(li)
    for code in (old, first):
        with pytest.raises(Refused, match="does not work"):
            services.redeem_link(code, NEW)
    assert services.open_link(li.id or 0) == START + timedelta(hours=48)
    with writing():
        services.deactivate(li.id or 0)
    with pytest.raises(Refused):
        services.redeem_link(second, NEW)
    with pytest.raises(NotFound):
        issue(li)
    assert hash_of("li") == before


@pytest.mark.clause("ORG-02")
def test_a_new_account_may_begin_with_a_link(client_as: Callable[..., FlaskClient], app: Flask) -> None:
    admin = client_as("administrator")
    data = {"login": "zhou", "name": "Zhou", "department_id": "", "locale": "", "roles": ["finance"], "entry": "link"}
    shown = admin.post("/accounts/users/new", data=data).text
    code = re.findall(rf"#({CODE})<", shown)[0]
    assert "one-time" not in shown
    visitor = app.test_client()
    assert use(visitor, code).status_code == 302
    assert visitor.post("/login", data={"login": "zhou", "password": NEW}).location == "/", "and nothing to be changed"


@pytest.mark.clause("ORG-02")
def test_an_administrator_sees_and_ends_the_sessions_of_another_person(
    client_as: Callable[..., FlaskClient], li: User
) -> None:
    one, two, admin = client_as(login="li"), client_as(login="li"), client_as("administrator", locale="en")
    page = admin.get(f"/accounts/users/{li.id}/sessions").text
    ids = re.findall(r'name="session" value="(\d+)"', page)
    assert len(ids) == 2
    own = str(db.session.scalar(select(tables.session.c.id).order_by(tables.session.c.id.desc()).limit(1)))
    assert admin.post(f"/accounts/users/{li.id}/sessions/end", data={"session": own}).status_code == 404, "not theirs"
    assert admin.post(f"/accounts/users/{li.id}/sessions/end", data={"session": ids[0]}).status_code == 302
    assert sorted(each.get("/accounts/me").status_code for each in (one, two)) == [200, 302]
    assert admin.post(f"/accounts/users/{li.id}/sessions/end").status_code == 302
    assert [each.get("/accounts/me").status_code for each in (one, two)] == [302, 302]
    assert admin.get(f"/accounts/users/{li.id}/sessions").status_code == 200
    entries = db.session.execute(
        select(tables.audit_entry.c.actor, tables.audit_entry.c.payload).where(
            tables.audit_entry.c.action == "session.end"
        )
    ).all()
    assert [(row.actor, json.loads(row.payload)["count"]) for row in entries] == [("administrator-user", 1)] * 2
    assert client_as("general-manager").get(f"/accounts/users/{li.id}/sessions").status_code == 404


@pytest.mark.clause("ORG-01")
def test_who_leaves_is_out_at_once_and_nobody_deactivates_themselves(
    client_as: Callable[..., FlaskClient], li: User, add_person: Callable[..., User]
) -> None:
    theirs = client_as(login="li")
    admin = services.user_named("admin")
    assert admin is not None
    with acting_as(admin):
        with writing():
            services.deactivate(li.id or 0)
        with pytest.raises(Refused), writing():
            services.deactivate(admin.id or 0)
    with pytest.raises(Refused, match="last active"), writing():
        services.deactivate(admin.id or 0)
    assert theirs.get("/accounts/me").status_code == 302
    assert services.user_named("li") is None
    assert services.user_named("admin") is not None


def test_a_device_is_named_in_words(app: Flask) -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
    wechat = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert agents.device(chrome) == "Chrome on Windows"
        assert agents.device(wechat) == "WeChat on iPhone"
        assert agents.device("curl/8.1") == "curl/8.1"
        assert agents.device("") == "—"
