"""Password links by e-mail: one-time, stored as a hash only, and silent about who there is (ORG-02)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import User, acting_as, db, set_setting, tables, writing
from kezhi.builtin.accounts import services
from kezhi.builtin.accounts.models import Account, PasswordLink
from kezhi.builtin.tasks.services import outbox
from kezhi.jobs import run_pending
from kezhi.site import Site

from .smtp_sink import Sink, smtp_sink
from .traces import tables_with

pytestmark = [pytest.mark.services, pytest.mark.clause("ORG-02")]

NEW = "a quite long sentence"
LINK = r"https://crm\.example/kezhi/password/link#((?:[a-z2-9]{4}-){5}[a-z2-9]{4})"
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai: links go out at any hour


@pytest.fixture
def post(app: Flask, clock_at: Callable[[datetime], None]) -> Iterator[Sink]:
    clock_at(START)
    with smtp_sink() as sink:
        values = {
            "smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none",
            "mail_from": "kezhi@chengjiang.example", "site_address": "https://crm.example/kezhi",
        }  # fmt: skip
        with writing():
            for key, value in values.items():
                set_setting("tasks", key, value)
        yield sink


@pytest.fixture
def li(post: Sink, add_person: Callable[..., User]) -> User:
    found = add_person("li", "salesperson", name="李婷")
    with acting_as(found), writing():
        services.set_preferences(found.id or 0, locale="en", theme=None)
        outbox.choose("li@chengjiang.example", (20 * 60, 8 * 60), {})
    return found


def text_of(sink: Sink) -> tuple[str, str]:
    message = sink.messages[-1]
    body = message.get_body()
    assert body is not None
    return str(message["To"]), body.get_content()


def hash_of(login: str) -> str:
    db.session.rollback()
    return str(db.session.scalar(select(Account.password_hash).where(Account.login == login)))


def redeem(client: FlaskClient, code: str) -> str:
    data = {"code": code, "new_password": NEW, "repeated": NEW}
    return client.post("/password/link", data=data, headers={"Accept-Language": "en"}).text


def test_who_has_forgotten_the_password_gets_a_link_and_nobody_learns_who_there_is(
    app: Flask, site: Site, post: Sink, li: User, add_person: Callable[..., User], statements: Any
) -> None:
    client = app.test_client()
    add_person("chen", "salesperson", name="陈晨")  # has entered no address
    gone = add_person("gone", "salesperson")
    with acting_as(gone), writing():
        outbox.choose("gone@chengjiang.example", None, {})
    with writing():
        services.deactivate(gone.id or 0)
    assert "/password/forgotten" in client.get("/login").text
    answers, counts = set(), set()
    for login in ("li", "chen", "gone", "nobody"):
        with statements() as counted:
            page = client.post("/password/forgotten", data={"login": login}).text
        answers.add(re.sub(r"nonce=\S+|csrf\S+|value=\S+", "", page))
        counts.add(counted.count)
    assert (len(answers), len(counts)) == (1, 1), "the same words and the same work"
    assert "如果该用户名存在" in page
    assert post.sessions == 0
    before = hash_of("li")
    run_pending(site)
    assert len(post.messages) == 1
    to, text = text_of(post)
    assert "li@chengjiang.example" in to
    found = re.search(LINK, text)
    assert found is not None
    assert "It works once, until 2026-03-03 23:00" in text, "in the person's language"
    code = found[1]
    assert tables_with(code) == {}, "the outbox, the jobs, the audit trail: nothing holds it"
    assert hash_of("li") == before
    redeem(client, code)
    assert hash_of("li") != before
    done = hash_of("li")
    assert "does not work" in redeem(client, code)
    assert hash_of("li") == done
    for _turn in range(8):
        page = client.post("/password/forgotten", data={"login": "nobody"}).text
    assert "请求过于频繁" in page, "for a name that nobody has, too"
    waits = select(tables.job.c.id).where(tables.job.c.job == "accounts.forgotten", tables.job.c.state == "waiting")
    assert len(db.session.execute(waits).all()) == 4, "five for a name in all; the first one is done"


def test_an_administrator_sends_a_link_and_every_attempt_makes_a_new_one(
    app: Flask, site: Site, post: Sink, li: User, client_as: Callable[..., FlaskClient], clock_at: Any
) -> None:
    boss = client_as("administrator")
    page = boss.get(f"/accounts/users/{li.id}").text
    assert "li@chengjiang.example" in page
    post.refuse["li@chengjiang.example"] = "451 come back later"
    assert boss.post(f"/accounts/users/{li.id}/link/mail").status_code == 302
    run_pending(site)
    assert post.messages == []
    post.refuse.clear()
    clock_at(START.replace(minute=6))
    run_pending(site)
    _to, text = text_of(post)
    found = re.search(LINK, text)
    assert found is not None
    links = db.session.scalars(select(PasswordLink).order_by(PasswordLink.id)).all()
    assert [each.ended_at is None for each in links] == [False, True], "what was not delivered is void"
    assert {each.made_by for each in links} == {"system"}
    db.session.rollback()
    before = hash_of("li")
    redeem(app.test_client(), found[1])
    assert hash_of("li") != before

    with writing():
        new = services.add_user("wang", name="王强", roles=["salesperson"], password_hash=before)
        new_id = new.id
    boss.post(f"/accounts/users/{new_id}/link/mail", data={"email": "no address"})
    assert services.address_of(new_id) == ""
    boss.post(f"/accounts/users/{new_id}/link/mail", data={"email": "wang@chengjiang.example"})
    run_pending(site)
    to, text = text_of(post)
    assert "wang@chengjiang.example" in to
    assert "用户名 wang" in text
    boss.post(f"/accounts/users/{new_id}/link/mail", data={"email": "other@chengjiang.example"})
    assert services.address_of(new_id) == "wang@chengjiang.example"
    assert client_as("salesperson").post(f"/accounts/users/{new_id}/link/mail").status_code in (403, 404)


def test_without_a_mail_server_an_administrator_has_to_be_asked(app: Flask) -> None:
    client = app.test_client()
    assert "/password/forgotten" not in client.get("/login").text
    page = client.post("/password/forgotten", data={"login": "li"}).text
    assert "管理员" in page
    assert "<form" not in page
    assert db.session.execute(select(tables.job.c.id).where(tables.job.c.job == "accounts.forgotten")).first() is None
