"""A data-protection person, procedures that people read, and a security check that comes round (CUS-12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.documents.services import issue, issue_by_id
from kezhi.builtin.tasks.models import Task
from kezhi.builtin.tasks.services import escalate, sync_all
from kezhi.builtin.upkeep.checks import officer as officer_check
from kezhi.builtin.upkeep.models import FINDING, FINE, NOT_APPLICABLE, Finding, Officer, SecurityCheck
from kezhi.builtin.upkeep.services import checking, protecting

Client = Callable[..., FlaskClient]
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}


def at(text: str) -> datetime:
    """Ten o'clock in Shanghai."""
    return datetime.fromisoformat(f"{text}T02:00:00+00:00").astimezone(UTC)


@pytest.fixture
def people(app: Flask, add_person: Any, clock_at: Any) -> dict[str, Any]:
    clock_at(at("2026-02-10"))
    with writing():
        service = add_department("客服部").id
        set_setting("upkeep", "check_items", "账号\n\n  备份 \n")
    found = {
        "officer": add_person("officer", "customer-information-officer", department_id=service, name="朱丽华"),
        "manager": add_person("manager", "customer-service-manager", department_id=service, name="马春燕"),
        "agent": add_person("agent", "customer-service-agent", department_id=service, name="胡晓梅"),
        "seller": add_person("seller", "salesperson", name="李婷"),
    }
    with writing():
        set_manager(service, found["manager"].id)
    return found


def tasks(kind: str) -> list[tuple[int | None, date, str]]:
    sync_all()
    db.session.rollback()
    rows = db.session.scalars(select(Task).where(Task.kind == kind).order_by(Task.id), execution_options=UNSCOPED)
    return [(row.owner_id, clock.local(row.due_at).date(), row.outcome) for row in rows]


@pytest.mark.services
@pytest.mark.clause("CUS-12")
def test_one_person_is_in_charge_at_a_time_and_the_former_ones_stay_on_record(
    people: dict[str, Any], clock_at: Any
) -> None:
    assert [each.level for each in officer_check(db.session())] == ["advice"]
    with acting_as(people["manager"]):
        with writing():
            protecting.name_officer(people["manager"].id, date(2026, 1, 1))
            protecting.name_officer(people["officer"].id, date(2026, 3, 1), "总经理任命")
        for person, day, field in (("seller", date(2026, 4, 1), "person"), ("manager", date(2026, 3, 1), "from_on")):
            with pytest.raises(Refused) as raised, writing():
                protecting.name_officer(people[person].id, day)
            assert raised.value.field == field
    db.session.rollback()
    rows = db.session.scalars(select(Officer).order_by(Officer.from_on), execution_options=UNSCOPED)
    assert [(row.user_id, row.from_on, row.to_on) for row in rows] == [
        (people["manager"].id, date(2026, 1, 1), date(2026, 2, 28)),
        (people["officer"].id, date(2026, 3, 1), None),
    ]
    named = protecting.officer()
    assert named is not None
    assert named.user_id == people["manager"].id
    clock_at(at("2026-03-01"))
    named = protecting.officer()
    assert named is not None
    assert named.user_id == people["officer"].id
    assert officer_check(db.session()) == []


@pytest.mark.services
@pytest.mark.clause("CUS-12")
def test_procedures_are_versions_that_people_confirm_to_have_read(
    people: dict[str, Any], clock_at: Any, client_as: Client
) -> None:
    with acting_as(people["officer"]):
        with writing():
            protecting.publish("规程", "第一条", date(2026, 2, 10), to_acknowledge=True)
        with pytest.raises(Conflict), writing():  # somebody else was faster
            protecting.publish("规程", "另一条", date(2026, 2, 10))
        with pytest.raises(Refused), writing():
            protecting.publish("规程", "第二条", date(2026, 2, 1), after=1)
        with writing():
            protecting.publish("规程", "第二条", date(2026, 3, 1), after=1, change="增加一条")
    assert [each.number for each in protecting.procedures()] == [2, 1]
    in_force = protecting.procedure_in_force()
    assert in_force is not None
    assert in_force.number == 1
    assert {each[0] for each in tasks("upkeep.read")} >= {person.id for person in people.values()}
    with acting_as(people["seller"]), writing():
        protecting.acknowledge(1)
        protecting.acknowledge(1)
        with pytest.raises(NotFound):
            protecting.acknowledge(2)  # nobody is asked to
    assert (people["seller"].id, date(2026, 2, 24), "kept") in tasks("upkeep.read")
    client = client_as(login="agent")
    assert "第一条" in client.get("/upkeep/protection").text
    assert "我已阅读" in client.get("/upkeep/procedures/1").text
    assert client.get("/upkeep/procedures/3").status_code == 404
    answer = client.post("/upkeep/procedures/1/read", follow_redirects=True)
    assert "已记录您阅读了该规程" in answer.text
    assert client.get("/upkeep/procedures/new").status_code == 404
    clock_at(at("2026-03-02"))
    in_force = protecting.procedure_in_force()
    assert in_force is not None
    assert in_force.number == 2
    assert {outcome for _owner, _due, outcome in tasks("upkeep.read")} == {"kept"}


@pytest.mark.services
@pytest.mark.clause("CUS-12", "TSK-01")
def test_a_check_is_due_each_quarter_and_what_it_finds_goes_up_when_it_is_late(
    people: dict[str, Any], clock_at: Any
) -> None:
    clock_at(at("2026-03-20"))
    assert tasks("upkeep.check") == []  # nobody is named: it would be nobody's
    with acting_as(people["manager"]), writing():
        protecting.name_officer(people["officer"].id, date(2026, 2, 1))
    assert tasks("upkeep.check") == [(people["officer"].id, date(2026, 3, 31), "")]
    with acting_as(people["officer"]):
        with writing():
            check = checking.begin()
            assert checking.begin().id == check.id
            first, second = checking.items_of(check)
            assert (first.text, second.text) == ("账号", "备份")
            key, version, items = check.id, check.version, (first.id, second.id)
        with pytest.raises(Refused, match="2 items"), writing():
            checking.finish(key, version, "完成")
        with writing():
            checking.record(key, version, {items[0]: (FINDING, ""), items[1]: (NOT_APPLICABLE, "外包")})
        with pytest.raises(Conflict), writing():
            checking.record(key, version, {items[0]: (FINE, "")})
        with pytest.raises(Refused, match="put right"), writing():  # a finding needs somebody and a day
            checking.finish(key, 2, "完成")
        for owner, due, text in ((0, date(2026, 3, 25), "x"), (people["agent"].id, date(2026, 3, 1), "x"),
                                 (people["agent"].id, date(2026, 3, 25), "")):  # fmt: skip
            with pytest.raises(Refused), writing():
                checking.add_finding(key, 2, items[0], text, owner, due)
        with writing():
            finding = checking.add_finding(key, 2, items[0], "收回权限", people["agent"].id, date(2026, 3, 25)).id
        with pytest.raises(Refused, match="stays one"), writing():
            checking.record(key, 3, {items[0]: (FINE, "")})
        with writing():
            checking.finish(key, 3, "总体正常")
        with pytest.raises(Refused, match="done"), writing():
            checking.record(key, 4, {items[1]: (FINE, "")})
        db.session.rollback()
        stored = checking.check_by_id(key)
        assert (stored.done_by, stored.summary, stored.version) == ("officer", "总体正常", 4)
        assert [(each.result, each.note) for each in checking.items_of(stored)] == [
            (FINDING, ""),
            (NOT_APPLICABLE, "外包"),
        ]
    assert [each[2] for each in tasks("upkeep.check")] == ["kept"]
    assert tasks("upkeep.finding") == [(people["agent"].id, date(2026, 3, 25), "")]
    clock_at(at("2026-03-30"))
    with writing():
        assert dict(escalate()) == {people["manager"].id: 1}
    with acting_as(people["seller"]), pytest.raises(NotFound), writing():
        checking.close_finding(finding, "完成")
    with acting_as(people["agent"]):
        with pytest.raises(NotFound):
            checking.check_by_id(key)
        with writing():
            checking.close_finding(finding, "权限已收回")
        with pytest.raises(Conflict), writing():
            checking.close_finding(finding, "再次")
    db.session.rollback()
    row = db.session.get(Finding, finding, execution_options=UNSCOPED)
    assert row is not None
    assert (row.closed_by, row.measure) == ("agent", "权限已收回")
    assert [each[2] for each in tasks("upkeep.finding")] == ["kept"]
    # a quarter that is missed stays a duty until a check is made, which then counts for both
    clock_at(at("2026-07-02"))
    assert tasks("upkeep.check")[1:] == [(people["officer"].id, date(2026, 6, 30), "")]
    with acting_as(people["officer"]), writing():
        later = checking.begin()
        results = {item.id: (FINE, "") for item in checking.items_of(later)}
        checking.record(later.id, 1, results)
        checking.finish(later.id, 2, "正常")
    assert [each[2] for each in tasks("upkeep.check")[1:]] == ["kept"]


@pytest.mark.clause("CUS-12")
def test_the_pages_of_a_check_keep_what_was_typed_and_print_the_record(
    people: dict[str, Any], client_as: Client, statements: Any
) -> None:
    client = client_as(login="officer")
    page = client.post("/upkeep/checks", follow_redirects=True)
    assert "账号" in page.text
    check = db.session.scalars(select(SecurityCheck), execution_options=UNSCOPED).one()
    key, items = check.id, [item.id for item in checking.items_of(check)]
    base, notes = f"/upkeep/checks/{key}", "备注很长" * 200
    refused = client.post(base, data={"version": "1", f"result-{items[0]}": FINE, f"note-{items[0]}": notes})
    assert refused.status_code == 422
    assert notes in refused.text
    sent = {"version": "1", f"result-{items[0]}": FINE, f"result-{items[1]}": FINDING, f"note-{items[1]}": "旧备份"}
    assert "检查结果已保存" in client.post(base, data=sent, follow_redirects=True).text
    wrong = client.post(f"{base}/findings", data={"version": "2", "item": str(items[1]), "text": "做恢复试验"})
    assert wrong.status_code == 422
    assert "做恢复试验" in wrong.text
    good = {"item": str(items[1]), "text": "做恢复试验", "owner": str(people["agent"].id), "due_on": "2026-03-01"}
    ticked = {f"result-{items[0]}": FINE, f"note-{items[0]}": "已换锁"}  # not saved before: it goes along
    wrong = client.post(f"{base}/findings", data=good | ticked | {"version": "2", "due_on": "2026-02-30"})
    assert (wrong.status_code, "已换锁" in wrong.text) == (422, True)
    answer = client.post(f"{base}/findings", data=good | ticked | {"version": "2"}, follow_redirects=True)
    assert "问题已登记" in answer.text
    assert [item.note for item in checking.items_of(check)][:2] == ["已换锁", "旧备份"]
    version = str(db.session.get_one(SecurityCheck, key, populate_existing=True, execution_options=UNSCOPED).version)
    ticked[f"note-{items[0]}"] = "锁已更换"
    unfinished = client.post(f"{base}/finish", data=ticked | {"version": version, "summary": "", "text": "半句话"})
    assert (unfinished.status_code, "锁已更换" in unfinished.text, "半句话" in unfinished.text) == (422, True, True)
    assert checking.items_of(check)[0].note == "已换锁", "nothing is kept of what was refused"
    sent = ticked | {"version": version, "summary": "总体正常"}
    done = client.post(f"{base}/finish", data=sent, follow_redirects=True)
    assert "检查已完成并记录" in done.text
    for address in ("/upkeep/checks", "/upkeep/findings", "/upkeep/findings?f.state=open", "/upkeep/protection"):
        assert client.get(address).status_code == 200
    assert "做恢复试验" in client.get("/upkeep/findings?f.state=open").text
    with acting_as(people["officer"]):
        number = issue("upkeep.check_record", key, "pdf")
        assert issue_by_id(number).number.startswith("AJ-")
    agent, finding = client_as(login="agent"), db.session.scalar(select(Finding.id), execution_options=UNSCOPED)
    assert agent.get(base).status_code == 404
    assert agent.get("/upkeep/findings").status_code == 404
    assert "做恢复试验" in agent.get(f"/upkeep/findings/{finding}").text
    assert client_as(login="seller").get(f"/upkeep/findings/{finding}").status_code == 404
    assert agent.post(f"/upkeep/findings/{finding}", data={"measure": ""}).status_code == 422
    closed = agent.post(f"/upkeep/findings/{finding}", data={"measure": "已恢复一份"}, follow_redirects=True)
    assert "已恢复一份" in closed.text


@pytest.mark.clause("CUS-12")
def test_the_person_is_named_and_procedures_are_published_on_their_pages(
    people: dict[str, Any], client_as: Client
) -> None:
    client = client_as(login="manager")
    assert "尚未指定" in client.get("/upkeep/protection").text
    wrong = client.post("/upkeep/protection/officer", data={"person": "", "from_on": "2026-02-10", "note": "任命文件"})
    assert wrong.status_code == 422
    assert "任命文件" in wrong.text
    sent = {"person": str(people["officer"].id), "from_on": "2026-02-10"}
    assert "已指定资料保护责任人" in client.post("/upkeep/protection/officer", data=sent, follow_redirects=True).text
    draft = {"title": "规程", "text": "第一条", "in_force_on": "2026-02-01", "after": "0"}
    refused = client.post("/upkeep/procedures/new", data=draft)
    assert refused.status_code == 422
    assert "第一条" in refused.text
    good = draft | {"in_force_on": "2026-02-10", "to_acknowledge": "y"}
    assert "第 1 版已发布" in client.post("/upkeep/procedures/new", data=good, follow_redirects=True).text
    stale = client.post("/upkeep/procedures/new", data=good | {"text": "另一条"})
    assert stale.status_code == 422
    assert "另一条" in stale.text
    assert client_as(login="seller").post("/upkeep/protection/officer", data=sent).status_code == 404
