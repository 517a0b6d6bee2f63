"""Notices: told to whom they concern and who may see, read once; by e-mail as each person chose (TSK-02)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from kezhi import NotFound, Refused, acting_as, clock, db, lazy_gettext, set_setting, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.customers.services import create_customer, update_customer
from kezhi.builtin.customers.services.links import erase_customer
from kezhi.builtin.tasks import services
from kezhi.builtin.tasks.contributions import About, Occasion
from kezhi.builtin.tasks.models import Mail, Notice
from kezhi.builtin.tasks.services import outbox
from kezhi.builtin.tasks.telling import PASSED_UP
from kezhi.builtin.tasks.todo import TODO, add_todo
from kezhi.builtin.timeline.services import edit_note, mark_read, write_note
from kezhi.tables import job
from kezhi.testing.jobs import run_job

from .smtp_sink import Sink, smtp_sink

pytestmark = pytest.mark.services

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}
Client = Callable[..., FlaskClient]


@pytest.fixture
def company(app: Flask, add_person: Any) -> dict[str, Any]:
    with writing():
        east = add_department("华东一部").id
    people = {
        "manager": add_person("manager", "sales-manager", department_id=east, name="何志强"),
        "liting": add_person("liting", "salesperson", department_id=east, name="李婷"),
        "finance": add_person("finance", "finance", name="赵敏"),
        "stranger": add_person("stranger", "salesperson", name="陈晨"),
    }
    with writing():
        set_manager(east, people["manager"].id)
        customer = create_customer(
            {"code": "K1", "name": "恒达钢铁", "owner_id": people["liting"].id, "department_id": east}
        )
    return people | {"customer": customer.id}


def told(person: Any) -> list[Notice]:
    db.session.rollback()
    rows = db.session.scalars(
        select(Notice).where(Notice.user_id == person.id).order_by(Notice.id), execution_options=UNSCOPED
    )
    return list(rows)


def mails() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).order_by(Mail.notice_id), execution_options=UNSCOPED))


def mention(company: dict[str, Any], text: str = "@赵敏 请看一下") -> int:
    with acting_as(company["liting"]), writing():
        return int(write_note("customers", "customer", company["customer"], text).id)


# ── told ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("TSK-02")
def test_who_is_mentioned_is_told_once_and_has_read_it_on_either_way(company: dict[str, Any]) -> None:
    finance = company["finance"]
    note = mention(company)
    (notice,) = told(finance)
    assert (notice.text["zh"], notice.subject["zh"]) == ("李婷在备注中提到了您", "恒达钢铁")
    with acting_as(company["liting"]), writing():
        edit_note(note, 1, "@赵敏 @何志强 请看一下")
    assert (len(told(finance)), len(told(company["manager"])), len(told(company["liting"]))) == (1, 1, 0)
    with acting_as(finance):
        assert services.unread() == 1
        with writing():
            mark_read(note)
        assert services.unread() == 0, "read under the mentions"
    with acting_as(company["manager"]), writing():
        services.open_notice(told(company["manager"])[0].id)
    from kezhi.builtin.timeline.services import unread as unread_mentions

    with acting_as(company["manager"]):
        assert unread_mentions() == 0, "and the other way round"


@pytest.mark.clause("TSK-02")
def test_only_who_may_see_the_record_is_told_and_shown(company: dict[str, Any], statements: Any) -> None:
    people = [company[key].id for key in ("manager", "finance", "stranger")]
    from kezhi.builtin.timeline.services.telling import MENTION

    note = mention(company, "没有提到谁")
    with acting_as(company["liting"]), writing(), statements() as counted:
        text = lazy_gettext("%(name)s mentioned you in a note", name="李婷")
        about = About("恒达钢铁", str(note), note, company["customer"])
        assert services.notify(MENTION, [*people, company["liting"].id], text, about) == 2
    assert counted.count <= 5
    assert (len(told(company["manager"])), told(company["stranger"])) == (1, [])
    with acting_as(company["manager"]):
        assert [each.is_open for each in services.notices()[0]] == [True]
    with writing():
        other = {"owner_id": company["stranger"].id, "department_id": None}
        update_customer(company["customer"], 1, other)
    with acting_as(company["manager"]):
        assert [each.is_open for each in services.notices()[0]] == [False], "asked again when it is shown"
        assert services.unread() == 1
    with acting_as(company["stranger"]), pytest.raises(NotFound), writing():
        services.open_notice(told(company["manager"])[0].id)
    assert told(company["manager"])[0].read_at is None
    with writing():
        erase_customer(company["customer"])
    assert told(company["manager"]) == [], "what names a customer goes with the customer's data"
    with writing(), pytest.raises(LookupError):
        services.notify("nobody.knows", people, "x")


@pytest.mark.clause("TSK-02")
def test_a_task_given_and_tasks_passed_up_are_told(company: dict[str, Any], clock_at: Any) -> None:
    clock_at(MORNING)
    with acting_as(company["manager"]), writing():
        add_todo("拜访", date(2026, 3, 2), company["liting"].id)
        add_todo("自己的事", date(2026, 3, 2))
    assert [each.text["zh"] for each in told(company["liting"])] == ["何志强交给您一项任务"]
    with writing():
        for slot in "ab":
            services.open_task(TODO, Occasion(slot, MORNING - timedelta(days=20), company["liting"].id))
        services.escalate()
    assert [each.text["zh"] for each in told(company["manager"])] == ["有 2 项逾期任务上报给您"], "one for all of them"


@pytest.mark.clause("TSK-02")
def test_the_bell_the_page_and_what_is_opened(company: dict[str, Any], client_as: Client, statements: Any) -> None:
    note = mention(company)
    client = client_as(login="finance")
    page = client.get("/").text
    assert 'data-n="1"' in page
    assert "李婷在备注中提到了您" in page
    (notice,) = told(company["finance"])
    stranger = client_as(login="stranger")
    assert stranger.post(f"/notices/{notice.id}").status_code == 404
    opened = client.post(f"/notices/{notice.id}")
    assert opened.headers["Location"] == f"/timeline/notes/{note}"
    assert client.post(f"/notices/{notice.id}").status_code == 302, "a double click"
    assert "data-n=" not in client.get("/notices").text
    mention(company)
    assert client.post("/notices").headers["Location"] == "/notices"
    assert [each.read_at is not None for each in told(company["finance"])] == [True, True]
    assert client.get("/notices?before=x").status_code == 400
    client.get("/timeline/mentions")
    with statements() as counted:
        client.get("/timeline/mentions")
    assert len([text for text in counted.texts if "FROM tasks_notice" in text]) == 1


# ── by e-mail ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def post(app: Flask, company: dict[str, Any], clock_at: Any) -> Iterator[Sink]:
    """A mail server of this machine; 赵敏 gets mentions at once, 何志强 as the kinds say."""
    clock_at(MORNING)
    with smtp_sink() as sink:
        with writing():
            values = {
                "smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none",
                "mail_from": "kezhi@chengjiang.example", "site_address": "https://crm.example/kezhi",
            }  # fmt: skip
            for key, value in values.items():
                set_setting("tasks", key, value)
            set_setting("kezhi", "company", "澄江贸易集团")
        with acting_as(company["finance"]), writing():
            outbox.choose("zhaomin@chengjiang.example", None, {"timeline.mention": "now", PASSED_UP: "none"})
        with acting_as(company["manager"]), writing():
            outbox.choose("hezq@chengjiang.example", (22 * 60, 7 * 60), {})
        yield sink


def run_mail(app: Flask, slot: str) -> str:
    return run_job(app, "tasks.mail", slot=slot)


@pytest.mark.clause("TSK-02")
def test_a_mail_says_what_happened_and_where_and_nothing_of_whom(
    app: Flask, company: dict[str, Any], post: Sink
) -> None:
    note = mention(company)
    assert post.sessions == 0, "no network before the commit"
    assert db.session.scalar(select(job.c.requested_by).where(job.c.job == "tasks.mail")) == "system"
    db.session.rollback()
    assert run_mail(app, "1") == "done"
    (message,) = post.messages
    assert message["To"] == "赵敏 <zhaomin@chengjiang.example>"
    assert message["Subject"] == "[澄江贸易集团] 李婷在备注中提到了您"
    body = message.get_body()
    assert body is not None
    assert f"https://crm.example/kezhi/timeline/notes/{note}" in body.get_content()
    assert "恒达" not in message.as_string() + body.get_content()
    assert run_mail(app, "2") == "done"
    assert len(post.messages) == 1, "once"
    assert [(each.outcome, each.attempts) for each in mails()] == [("sent", 1)]


@pytest.mark.clause("TSK-02")
def test_a_summary_comes_once_a_day_in_the_persons_language(
    app: Flask, company: dict[str, Any], post: Sink, clock_at: Any
) -> None:
    from kezhi.builtin.accounts.services import set_preferences

    with acting_as(company["manager"]), writing():
        set_preferences(company["manager"].id, locale="en", theme=None)
    first = mention(company, "@何志强 一")
    mention(company, "@何志强 二")
    mention(company, "@何志强 三")
    with acting_as(company["manager"]), writing():
        mark_read(first)
    assert run_mail(app, "today") == "done"
    assert post.messages == []
    clock_at(MORNING + timedelta(hours=23, minutes=1))  # 08:01 of the next day
    assert run_mail(app, "tomorrow") == "done"
    (message,) = post.messages
    assert message["Subject"] == "[澄江贸易集团] 2 new notices"
    body = message.get_body()
    assert body is not None
    assert body.get_content().count("mentioned you in a note") == 2, "what was read meanwhile is left out"


@pytest.mark.clause("TSK-02")
def test_in_quiet_hours_a_mail_waits_and_what_is_refused_is_tried_again_or_given_up(
    app: Flask, company: dict[str, Any], post: Sink, clock_at: Any
) -> None:
    with acting_as(company["finance"]), writing():
        outbox.choose("zhaomin@chengjiang.example", (8 * 60, 10 * 60), {"timeline.mention": "now"})
    mention(company)
    assert run_mail(app, "quiet") == "done"
    assert post.messages == []
    clock_at(MORNING + timedelta(hours=1))
    post.refuse["zhaomin@chengjiang.example"] = "451 try later"
    assert run_mail(app, "later") == "done"
    assert [(each.attempts, each.ended_at) for each in mails()] == [(1, None)]
    assert run_mail(app, "too early") == "done"
    assert [each.attempts for each in mails()] == [1]
    clock_at(MORNING + timedelta(hours=1, minutes=5))
    post.refuse["zhaomin@chengjiang.example"] = "550 no such person"
    assert run_mail(app, "no") == "done"
    assert [(each.outcome, each.attempts) for each in mails()] == [("failed", 2)]
    assert "550" in mails()[0].error
    from kezhi.builtin.tasks.checks import mails as findings

    assert ["550" in str(each.message) for each in findings(db.session())] == [True], "the doctor says why"
    mention(company)
    with writing():
        set_setting("tasks", "smtp_port", 9)  # nobody listens there
    assert run_mail(app, "down") == "waiting", "the job is run again"
    assert [(each.outcome, each.attempts) for each in mails()] == [("failed", 2), ("", 1)]


@pytest.mark.clause("TSK-02")
def test_nothing_is_mailed_to_who_left_or_may_no_longer_see(
    app: Flask, company: dict[str, Any], post: Sink, add_person: Any
) -> None:
    from kezhi.builtin.accounts.models import Account

    mention(company)
    with acting_as(company["manager"]), writing():
        outbox.choose("hezq@chengjiang.example", None, {"timeline.mention": "now"})
    mention(company, "@何志强 请看")
    with writing():
        db.session.execute(update(Account).where(Account.id == company["finance"].id).values(active=False))
        update_customer(company["customer"], 1, {"owner_id": company["stranger"].id, "department_id": None})
    assert run_mail(app, "1") == "done"
    assert post.messages == []
    assert [each.outcome for each in mails()] == ["skipped", "skipped"]
    with writing():
        erase_customer(company["customer"])
    assert mails() == [], "the outbox is erased with the notices"


@pytest.mark.clause("TSK-02")
def test_a_person_chooses_on_a_page(company: dict[str, Any], client_as: Client) -> None:
    client = client_as(login="finance")
    page = client.get("/notices/mail").text
    assert "公司目前没有启用邮件发送" in page
    kinds = [f"kind_{number}" for number in range(5)]
    fine = {"email": "zm@example.com", "quiet_from": "22:00", "quiet_until": "07:30"} | dict.fromkeys(kinds, "none")
    assert client.post("/notices/mail", data=fine).status_code == 302
    page = client.get("/notices/mail").text
    assert 'value="zm@example.com"' in page
    assert 'value="07:30"' in page
    with writing():
        set_setting("tasks", "mail_domains", "chengjiang.example")
    for wrong in (
        {"email": "zm"},
        {"email": "zm@evil.example"},
        {"email": "a@b.example\nBcc: c@d.example"},
        {"quiet_until": ""},
        {"kind_0": "sometimes"},
    ):
        answer = client.post("/notices/mail", data=fine | {"email": "zm@chengjiang.example"} | wrong)
        assert answer.status_code == 422, wrong
    db.session.rollback()
    found = outbox.recipient_of(company["finance"].id)
    assert found is not None
    assert (found.email, found.quiet_from, found.quiet_until) == ("zm@example.com", 1320, 450)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 1439), st.integers(0, 1439))
def test_after_quiet_hours_is_never_within_them_and_never_before(at: datetime, start: int, end: int) -> None:
    zone, before = ZoneInfo("Asia/Shanghai"), (clock.local, clock.company_zone)
    instant = at.replace(tzinfo=UTC)
    clock.local, clock.company_zone = (lambda each: each.astimezone(zone)), (lambda: zone)
    try:
        moved = outbox.after_quiet(instant, start, end)
        assert moved == outbox.after_quiet(moved, start, end)
        assert instant <= moved < instant + timedelta(days=1)
        minute = moved.astimezone(zone).hour * 60 + moved.astimezone(zone).minute
        quiet = start <= minute < end if start < end else (start != end and (minute >= start or minute < end))
        assert not quiet
    finally:
        clock.local, clock.company_zone = before


def test_addresses_that_are_none_are_refused(app: Flask) -> None:
    for wrong in ("a", "@example.com", "a@", "a@b", "a b@example.com", "a@b@example.com", "李@example.com", "a@b..com"):
        with pytest.raises(Refused):
            outbox.check_address(wrong)
    outbox.check_address("li.ting+crm@mail.example.com")


@pytest.mark.clause("TSK-02")
def test_the_company_enters_its_mail_server_on_the_settings_page(app: Flask, client_as: Client) -> None:
    client = client_as("administrator")
    page = client.get("/apps/settings/tasks").text
    assert "邮件服务器（SMTP）" in page
    fine = {
        "escalate_hours": "8", "smtp_host": "smtp.example.com", "smtp_port": "465", "smtp_security": "tls",
        "smtp_user": "kezhi", "smtp_password": "very secret", "mail_from": "kezhi@example.com",
        "site_address": "https://crm.example", "mail_domains": "", "digest_hour": "8",
    }  # fmt: skip
    for wrong in ({"smtp_host": "http://smtp"}, {"mail_from": ""}, {"mail_from": "kezhi"}, {"site_address": "crm"}):
        assert client.post("/apps/settings/tasks", data=fine | wrong).status_code == 422, wrong
    assert not outbox.is_configured()
    stamp = re.search(r'name="stamp" value="(\w+)"', page)
    assert stamp is not None
    assert client.post("/apps/settings/tasks", data=fine | {"stamp": stamp[1]}).status_code == 302
    db.session.rollback()
    page = client.get("/apps/settings/tasks").text
    assert "smtp.example.com" in page
    assert "very secret" not in page
