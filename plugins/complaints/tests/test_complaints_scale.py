"""Lists that stay as fast, what is shown to whom, and complaints that end without a reply (CMP-10, CMP-17)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from kezhi import NotFound, Refused, acting_as, db, set_setting, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
OPENED = "/complaints?view=all&face=board&f.is_open=open&sort=time_left"


def subjects(page: str) -> list[str]:
    return re.findall(r'class="(?:kz-name|ttl)" href="/complaints/\d+">([^<]+)<', page)


@pytest.mark.clause("CMP-12", "CMP-21")
def test_list_and_board_take_the_same_statements_however_many_there_are(
    desk: Any, heard: Any, customer: Any, client_as: Any, statements: Any
) -> None:
    mine, client = customer("K1", owner_id=desk.seller.id), client_as(login="seller")
    counts: list[list[int]] = []
    for _turn in range(2):
        for number in range(22):
            heard(customer_id=mine, subject=f"第 {number} 件")
        db.session.rollback()
        counts.append([])
        for address in ("/complaints?sort=-received_at", "/complaints?sort=time_left", OPENED):
            client.get(address)
            with statements() as counted:
                assert client.get(address).status_code == 200
            counts[-1].append(counted.count)
    assert counts[0] == counts[1]
    assert counts[0] <= [8, 8, 25]


@pytest.mark.clause("CMP-17", "CMP-21")
def test_the_open_ones_are_a_board_at_first_and_a_list_by_unit_and_customer(
    desk: Any, heard: Any, customer: Any, client_as: Any, clock_at: Any
) -> None:
    from kezhi.builtin.accounts.services import add_department

    clock_at(NOW)
    with writing():
        port = add_department("港口公司").id
        shed = add_department("一号仓", port).id
        other = add_department("海外公司").id
    one, two = customer("K1", owner_id=desk.seller.id), customer("K2")
    heard(subject="早", customer_id=two, department_id=shed, received_at=NOW - timedelta(minutes=20))
    heard(subject="晚", customer_id=one, department_id=other)
    with acting_as(desk.agent):
        from kezhi_complaints import services

        gone = heard(subject="已撤回", department_id=port)
        services.take_step(gone, 1, "withdraw", {"note": "客户撤回"})
        db.session.rollback()
    agent = client_as(login="agent")
    assert agent.get("/complaints").location == OPENED
    board = agent.get(OPENED).text
    assert subjects(board) == ["早", "晚"], "what runs out first is on top, and what is over is not there"
    assert 'href="/complaints?view=all&amp;f.is_open=open&amp;sort=time_left"' in board, "the table of the same"
    assert len(subjects(agent.get("/complaints?view=all").text)) == 3, "without filters it is a list of all"
    listed = agent.get(f"/complaints?f.unit={port}&columns=subject,unit&sort=number").text
    assert subjects(listed) == ["早", "已撤回"], "of a member company and all below it"
    assert listed.count("<td>港口公司</td>") + listed.count(">港口公司</td>") >= 2
    assert subjects(agent.get(f"/complaints?f.department={shed}").text) == ["早"]
    assert subjects(agent.get("/complaints?sort=customer").text) == ["晚", "早", "已撤回"], "by name, none last"
    assert subjects(agent.get("/complaints?sort=-customer").text) == ["早", "晚", "已撤回"]


@pytest.mark.clause("CMP-01")
def test_who_has_no_call_to_make_sees_how_the_number_ends(
    desk: Any, heard: Any, customer: Any, go: Any, client_as: Any
) -> None:
    case = heard(customer_id=customer("K1"))
    go(desk.agent, case, "accept")
    chief, agent = client_as(login="chief"), client_as(login="agent")
    shown = chief.get(f"/complaints/{case}").text
    assert "139 **** 7718" in shown
    assert "0001" not in shown.partition("<main")[2].replace("-0001", ""), "nowhere on the page"
    assert 'href="tel:139 0001 7718"' in agent.get(f"/complaints/{case}").text
    go(desk.agent, case, "investigate", investigator=desk.chief.id)
    assert 'href="tel:139 0001 7718"' in chief.get(f"/complaints/{case}").text, "who investigates calls"


@pytest.mark.clause("CMP-01", "CMP-10")
def test_a_complaint_is_saved_and_accepted_at_once(desk: Any, client_as: Any) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND, Complaint

    with acting_as(desk.agent):
        kind, channel = services.entries(KIND)[1]["id"], services.entries(CHANNEL)[0]["id"]
        db.session.rollback()
    sent = {"complainant": "陆敏", "phone": "13900017718", "kind": kind, "channel": channel, "subject": "短少",
            "course": "短少 12 件", "department": "", "accused": "", "accept": "1"}  # fmt: skip
    agent, seller = client_as(login="agent"), client_as(login="seller")
    assert 'name="accept"' in agent.get("/complaints/new").text
    assert 'name="accept"' not in seller.get("/complaints/new").text
    for at, client in enumerate((agent, seller)):
        answer = client.post("/complaints/new", data={**sent, "submission_key": f"k{at}"})
        assert answer.status_code == 302, re.findall(r"invalid-feedback[^>]*>([^<]*)", answer.text)
    own = {**sent, "accused": desk.agent.id, "submission_key": "own"}
    assert agent.post("/complaints/new", data=own).status_code == 302, "about themself they write it down, no more"
    table: Any = Complaint.__table__
    rows = db.session.execute(select(table.c.state, table.c.handler_id).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [("accepted", desk.agent.id), ("registered", None), ("registered", None)]


@pytest.mark.clause("CMP-10")
def test_an_answered_complaint_ends_when_the_customer_never_replies(
    desk: Any, heard: Any, go: Any, clock_at: Any, client_as: Any
) -> None:
    from kezhi.tables import audit_entry
    from kezhi_complaints import services
    from kezhi_complaints.models import Investigation

    clock_at(NOW)
    with writing():
        set_setting("complaints", "silence_days", 3)
    case = heard()
    for key, values in (("accept", {}), ("investigate", {"investigator": desk.colleague.id})):
        go(desk.agent, case, key, **values)
    with writing():
        db.session.scalars(select(Investigation)).one().facts = "漏装一托盘"
    go(desk.colleague, case, "find")
    for key, values in (
        ("plan", {"note": "补发"}), ("judge", {"validity": "valid"}), ("start", {}),
        ("answer", {"note": "已补发", "channel": "phone"}),
    ):  # fmt: skip
        go(desk.agent, case, key, **values)
    client = client_as(login="agent", locale="en")
    assert "Close without a reply" not in client.get(f"/complaints/{case}").text
    clock_at(NOW + timedelta(days=3, minutes=-1))
    with pytest.raises(Refused, match="2026-11-27 10:00"):
        go(desk.agent, case, "lapse", note="三次致电无人接听")
    clock_at(NOW + timedelta(days=3))
    with pytest.raises(Refused, match="explained to the complainant"):
        go(desk.agent, case, "lapse", note="三次致电无人接听")
    for party in ("customer", "unit"):
        go(desk.agent, case, "explain", party=party)
    with pytest.raises(Refused, match="Write down"):
        go(desk.agent, case, "lapse")
    with pytest.raises(NotFound):
        go(desk.colleague, case, "lapse", note="三次致电无人接听")
    client = client_as(login="agent", locale="en")  # three days later one logs in anew
    assert "Close without a reply" in client.get(f"/complaints/{case}").text
    go(desk.agent, case, "lapse", note="三次致电无人接听")
    shown = client.get(f"/complaints/{case}").text
    assert "the customer did not reply" in shown
    assert "三次致电无人接听" in shown
    with acting_as(desk.agent):
        assert services.complaint_by_id(case).state == "closed"
        db.session.rollback()
    actions = db.session.scalars(select(audit_entry.c.action).where(audit_entry.c.object_kind == "complaint"))
    assert list(actions)[-1] == "complaint.lapse"


@pytest.mark.clause("CMP-16", "CMP-17")
def test_assistance_and_guidance_go_over_with_what_hangs_on_them(
    desk: Any, heard: Any, go: Any, add_person: Any
) -> None:
    from kezhi.builtin.accounts.services import add_department, set_manager
    from kezhi.builtin.handover.services import Plan, carry_out
    from kezhi.builtin.tasks.models import Task
    from kezhi_complaints import services

    with writing():
        unit = add_department("成员企业").id
    head = add_person("head", "department-manager", department_id=unit)
    heir = add_person("heir", "department-manager", department_id=unit)
    with writing():
        set_manager(unit, head.id)
    case, about = heard(department_id=unit), heard(accused_id=heir.id, kind="rude")
    for one in (case, about):
        go(desk.agent, one, "accept")
        go(desk.agent, one, "investigate", investigator=desk.colleague.id)
    with acting_as(desk.colleague):
        asked = services.ask(case, "月台录像？", person_id=head.id).id
        kept = services.ask(about, "当时谁在场？", person_id=head.id).id
        db.session.rollback()
    with acting_as(desk.manager):
        given = services.guide(case, "请先致歉").id
        db.session.rollback()
    with acting_as(desk.chief), writing(), pytest.raises(Refused):
        carry_out(Plan(head.id or 0, (heir.id or 0,)))
    db.session.rollback()
    with acting_as(head):
        assert services.help_by_id(kept).question == "当时谁在场？", "nothing went over"
        services.give(kept, 1, "只有司机")
        db.session.rollback()
    with acting_as(desk.chief), writing():
        carry_out(Plan(head.id or 0, (heir.id or 0,)))
    db.session.rollback()
    with acting_as(head):
        for refused in (
            lambda: services.give(asked, 2, "录像已调取"),
            lambda: services.answer_guidance(given, 2, "好"),
        ):
            with pytest.raises(NotFound):
                refused()
            db.session.rollback()
    table: Any = Task.__table__
    waits = select(table.c.kind, table.c.owner_id).where(table.c.closed_at.is_(None), table.c.kind.like("complaints.%"))
    assert set(map(tuple, db.session.execute(waits))) == {
        ("complaints.help", heir.id), ("complaints.guidance", heir.id)
    }  # fmt: skip
    db.session.rollback()
    with acting_as(heir):
        services.give(asked, 2, "录像已调取")
        services.answer_guidance(given, 2, "已致歉")
        db.session.rollback()
