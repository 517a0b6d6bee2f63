"""A complaint goes from the first call to its end step by step (CMP-10 and what hangs on its steps)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, visible, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def row(complaint_id: int) -> dict[str, Any]:
    from kezhi_complaints.models import Complaint

    table: Any = Complaint.__table__
    found = db.session.execute(select(table).where(table.c.id == complaint_id)).mappings().one()
    db.session.rollback()
    return dict(found)


def kinds(complaint_id: int) -> list[str]:
    from kezhi_complaints.models import Event

    table: Any = Event.__table__
    found = list(
        db.session.scalars(select(table.c.kind).where(table.c.complaint_id == complaint_id).order_by(table.c.id))
    )
    db.session.rollback()
    return found


def find(person: Any, complaint_id: int, facts: str = "3 号月台留下一托盘", *, done: bool = True, **more: str) -> None:
    from kezhi_complaints import services

    with acting_as(person):
        (now, *_earlier) = services.investigations_of(complaint_id)
        version = now.version
        db.session.rollback()
        services.save_findings(complaint_id, version, {"facts": facts, "gap": "夜班无复点", **more}, done=done)
        db.session.rollback()


@pytest.mark.clause("CMP-10", "CMP-04", "CMP-11")
def test_a_valid_complaint_from_the_first_call_to_its_end(desk: Any, heard: Any, go: Any) -> None:
    from kezhi_complaints.models import CLOSED

    case = heard()
    with pytest.raises(NotFound):
        go(desk.chief, case, "accept")
    with pytest.raises(Refused, match="does not follow"):
        go(desk.agent, case, "investigate", investigator=desk.colleague.id)
    go(desk.agent, case, "accept")
    assert row(case)["handler_id"] == desk.agent.id
    with pytest.raises(Refused, match="does not investigate"):
        go(desk.manager, case, "investigate", investigator=desk.agent.id)
    go(desk.manager, case, "investigate", investigator=desk.colleague.id, note="请查月台")
    go(desk.agent, case, "plan", note="今天补发 12 件")
    planned = row(case)["planned_at"]
    assert planned is not None
    with pytest.raises(Refused, match="not complete"):
        go(desk.agent, case, "judge", validity="valid")
    with pytest.raises(NotFound):  # it is the handler who promises, judges and answers
        go(desk.colleague, case, "start")
    go(desk.agent, case, "start")
    with pytest.raises(Refused, match="Judge the complaint first"):
        go(desk.agent, case, "answer", note="已补发", channel="phone")
    find(desk.colleague, case)
    with pytest.raises(Refused, match="Say why") as refused:
        go(desk.agent, case, "judge", validity="valid", severity="grave")
    assert refused.value.field == "note"
    go(desk.agent, case, "judge", validity="valid", severity="grave", note="已见报")
    go(desk.agent, case, "answer", note="已补发，致歉", channel="phone")
    go(desk.agent, case, "confirm", note="客户确认收到")
    with pytest.raises(Refused, match="complainant"):
        go(desk.agent, case, "close")
    go(desk.agent, case, "explain", party="customer")
    with pytest.raises(Refused, match="unit complained about"):
        go(desk.agent, case, "close")
    go(desk.colleague, case, "explain", party="unit", note="装车组长")
    go(desk.agent, case, "close")
    now = row(case)
    assert (now["state"], now["validity"], now["severity"], now["planned_at"]) == (CLOSED, "valid", "grave", planned)
    assert now["answered_at"] < now["closed_at"]
    assert kinds(case) == ["registered", "accepted", "investigating", "planned", "in_progress", "found", "judged",
                           "answered", "confirmed", "told", "told", "closed"]  # fmt: skip


@pytest.mark.clause("CMP-03", "CMP-04")
def test_an_invalid_complaint_has_a_ground_and_is_answered_all_the_same(desk: Any, heard: Any, go: Any) -> None:
    case = heard(kind="discrepancy", happened_on=clock.today() - timedelta(days=80))
    go(desk.agent, case, "accept")
    go(desk.agent, case, "investigate", investigator=desk.colleague.id)
    find(desk.colleague, case)
    for given, field in (
        ({"validity": "invalid"}, "ground"),
        ({"validity": "invalid", "ground": "too_late"}, "ground"),  # late, and not about attitude
        ({"validity": "invalid", "ground": "anonymous_untrue"}, "ground"),  # with a name and a phone number
        ({"validity": "maybe"}, "validity"),
        ({"validity": "invalid", "ground": "quarrel", "severity": "grave"}, "severity"),
        ({"validity": "invalid", "ground": "quarrel", "severity": "ordinary"}, "note"),
    ):
        with pytest.raises(Refused) as refused:
            go(desk.agent, case, "judge", **given)
        assert refused.value.field == field, given
        assert row(case)["validity"] == ""
    with pytest.raises(Refused, match="does not follow"):
        go(desk.agent, case, "answer", note="不成立", channel="mail")
    go(desk.agent, case, "judge", validity="invalid", ground="outside_promises", improper=True)
    assert (row(case)["ground"], row(case)["severity"]) == ("outside_promises", "malicious")
    for party in ("customer", "unit"):
        go(desk.agent, case, "explain", party=party)
    with pytest.raises(Refused, match="does not follow"):
        go(desk.agent, case, "close")
    go(desk.agent, case, "answer", note="所提要求超出承诺，说明依据", channel="mail")
    assert row(case)["planned_at"] == row(case)["answered_at"], "a solution stands on record too"
    go(desk.agent, case, "close")
    assert row(case)["state"] == "closed"
    go(desk.manager, case, "reopen", note="客户不服")
    now = row(case)
    assert (now["state"], now["handler_id"], now["reopened"]) == ("accepted", desk.agent.id, 1)
    assert (now["validity"], now["answered_at"], now["closed_at"]) == ("", None, None)


@pytest.mark.clause("CMP-03")
def test_about_attitude_after_a_month_is_too_late(desk: Any, heard: Any, go: Any) -> None:
    from kezhi_complaints.rules import last_day
    from kezhi_complaints.services.checking import case_of
    from kezhi_complaints.services.finding import complaint_by_id

    today = clock.today()
    earliest = next(today - timedelta(days=n) for n in range(40) if last_day(today - timedelta(days=n)) < today)
    late, in_time = (
        heard(kind="rude", happened_on=earliest),
        heard(kind="rude", happened_on=earliest + timedelta(days=3)),
    )
    for case in (late, in_time):
        go(desk.agent, case, "accept")
        go(desk.agent, case, "investigate", investigator=desk.colleague.id)
        find(desk.colleague, case)
    with acting_as(desk.agent):
        assert case_of(complaint_by_id(late)).attitude
        db.session.rollback()
    go(desk.agent, late, "judge", validity="invalid", ground="too_late")
    assert row(late)["severity"] == "ordinary"
    with pytest.raises(Refused, match="raised in time"):
        go(desk.agent, in_time, "judge", validity="invalid", ground="too_late")
    assert row(in_time)["validity"] == ""


@pytest.mark.clause("CMP-10", "CMP-12")
def test_waiting_escalating_and_withdrawing_leave_the_state_or_end_it(desk: Any, heard: Any, go: Any) -> None:
    from kezhi_complaints.models import Complaint

    case = heard()
    go(desk.agent, case, "accept", handler=desk.colleague.id)
    go(desk.colleague, case, "pause", note="等客户寄回样品")
    with pytest.raises(Refused, match="already"):
        go(desk.colleague, case, "pause", note="再等")
    assert row(case)["paused"]
    go(desk.agent, case, "resume")
    go(desk.colleague, case, "delay", note="缺货", told="周五前答复", channel="phone")
    assert kinds(case)[-2:] == ["told", "escalated"]
    assert (row(case)["level"], row(case)["state"]) == (1, "accepted")
    with acting_as(desk.manager):
        assert db.session.scalars(visible(Complaint).where(Complaint.id == case)).one_or_none() is not None
        db.session.rollback()
    go(desk.colleague, case, "pause", note="等")
    go(desk.agent, case, "withdraw", note="客户来电撤诉")
    now = row(case)
    assert (now["state"], now["paused"], now["closed_at"] is not None) == ("withdrawn", False, True)
    with pytest.raises(Refused):
        go(desk.agent, case, "escalate", note="还要上报")
    assert row(case)["level"] == 1


@pytest.mark.clause("CMP-10")
def test_a_step_counts_once_and_only_as_one_saw_it(desk: Any, heard: Any, go: Any) -> None:
    from kezhi_complaints import services

    case = heard()
    seen = row(case)["version"]
    go(desk.agent, case, "accept")
    with pytest.raises(Refused):  # the same again: a double click
        go(desk.agent, case, "accept", version=seen)
    with pytest.raises(Conflict):
        go(desk.manager, case, "take", version=seen)
    assert row(case)["handler_id"] == desk.agent.id
    assert kinds(case) == ["registered", "accepted"]
    with writing():  # the system escalates when a clock has run out, and gets the event
        event = services.escalate(case, row(case)["version"], "30 分钟已过")
        assert (event.by_id, event.details["leader_id"], event.details["level"]) == (None, desk.manager.id, 1)
    with pytest.raises(Conflict):
        services.escalate(case, seen, "再次")
    with pytest.raises(Refused):
        services.escalate(case, row(case)["version"], " ")


@pytest.mark.clause("CMP-10", "CMP-11")
def test_nobody_has_a_part_in_a_complaint_about_themself(desk: Any, heard: Any, go: Any, add_person: Any) -> None:
    from kezhi.builtin.accounts.services import add_department, set_manager
    from kezhi.builtin.approvals.services import add_deputy
    from kezhi_complaints import services
    from kezhi_complaints.services.people import leader_for, possible_handlers, possible_investigators

    with writing():
        depot = add_department("Depot").id
    driver = add_person("driver", "customer-service-agent", department_id=depot)
    head = add_person("head", "department-manager")
    with writing():
        set_manager(depot, head.id)
    case = heard(kind="rude", accused_id=desk.manager.id, department_id=depot)
    with acting_as(desk.manager):
        add_deputy(desk.manager.id, desk.colleague.id, clock.today(), clock.today())
    with pytest.raises(NotFound):
        go(desk.manager, case, "accept")
    with pytest.raises(Refused, match="stand in"):  # not by the deputy either
        go(desk.colleague, case, "accept")
    for barred in (desk.manager, desk.colleague, desk.seller):
        with pytest.raises(Refused) as refused:
            go(desk.agent, case, "accept", handler=barred.id)
        assert refused.value.field == "handler"
    go(desk.agent, case, "accept")
    for barred in (desk.manager, desk.colleague, desk.agent, driver, head):
        with pytest.raises(Refused) as refused:
            go(desk.agent, case, "investigate", investigator=barred.id)
        assert refused.value.field == "investigator", barred.name
    with acting_as(desk.agent):
        complaint = services.complaint_by_id(case)
        assert {name for _id, name in possible_investigators(complaint)} == {"admin", "chief", "seller"}
        assert {name for _id, name in possible_handlers(complaint)} == {"admin", "agent", "driver"}
        assert leader_for(complaint) is None, "the only leader is the person complained about"
        with pytest.raises(Refused):
            services.check_accused(complaint, desk.agent.id)
        db.session.rollback()
    go(desk.agent, case, "investigate", investigator=desk.chief.id)
    go(desk.agent, case, "escalate", note="涉及经理")
    assert row(case)["level"] == 1


@pytest.mark.clause("CMP-11")
def test_what_was_found_is_the_investigators_and_nobody_else_writes_it(
    desk: Any, heard: Any, go: Any, customer: Any, add_person: Any
) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import Hearing, Investigation

    other = add_person("other", "customer-service-agent")
    case = heard(customer_id=customer("K1", owner_id=desk.seller.id), accused_id=desk.manager.id)
    go(desk.agent, case, "accept")
    go(desk.agent, case, "investigate", investigator=desk.colleague.id)
    for somebody in (desk.agent, desk.seller, desk.chief):
        with acting_as(somebody), pytest.raises(NotFound):
            services.save_findings(case, 1, {"facts": "我来写"})
        db.session.rollback()
    with pytest.raises(Refused) as refused:
        find(desk.colleague, case, side="nobody", name="马建军")
    assert refused.value.field == "side"
    with pytest.raises(Refused):
        find(desk.colleague, case, facts="")
    find(desk.colleague, case, name="马建军", side="complained", said="当班没有复点", done=False)
    with acting_as(desk.colleague), pytest.raises(Conflict):
        services.save_findings(case, 1, {"facts": "旧页"})
    db.session.rollback()
    find(desk.colleague, case, "查明")
    with pytest.raises(Refused, match="they stay"):
        find(desk.colleague, case, "改口", done=False)
    db.session.rollback()
    for somebody, sees in ((desk.agent, 1), (desk.chief, 1), (desk.colleague, 1), (desk.seller, 0), (desk.manager, 0)):
        with acting_as(somebody):
            assert len(db.session.scalars(visible(Investigation)).all()) == sees, somebody.name
            assert len(db.session.scalars(select(Hearing)).all()) == sees
            db.session.rollback()
    with acting_as(desk.chief):
        (found,) = services.investigations_of(case)
        assert (found.facts, found.gap, [each.name for each in services.hearings_of([found.id])]) == (
            "查明", "夜班无复点", ["马建军"],
        )  # fmt: skip
        db.session.rollback()
    plain = db.session.connection().exec_driver_sql("SELECT facts, gap FROM complaints_investigation").all()
    assert "查明" not in str(plain), "sealed in the database"
    db.session.rollback()
    go(desk.agent, case, "replace", investigator=other.id, note="复查")
    with acting_as(desk.agent):
        assert [(each.round, each.facts) for each in services.investigations_of(case)] == [(2, ""), (1, "查明")]
        db.session.rollback()
    with pytest.raises(Refused) as refused:  # who investigated once does not answer
        go(desk.agent, case, "assign", handler=desk.colleague.id)
    assert refused.value.field == "handler"
    assert row(case)["handler_id"] == desk.agent.id
