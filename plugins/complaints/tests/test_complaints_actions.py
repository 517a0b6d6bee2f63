"""Corrective actions, the check of their effect, and repeated causes (CMP-14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, visible, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def stored(action_id: int) -> dict[str, Any]:
    from kezhi_complaints.models import CorrectiveAction

    table: Any = CorrectiveAction.__table__
    found = dict(db.session.execute(select(table).where(table.c.id == action_id)).mappings().one())
    db.session.rollback()
    return found


def duties_of(who: Any, kind: str) -> list[str]:
    """The open duties of a kind that somebody has, by what they are about."""
    from kezhi.builtin.tasks.models import Task

    table: Any = Task.__table__
    mine = (table.c.owner_id == who.id) & (table.c.kind == kind) & table.c.closed_at.is_(None)
    found = list(db.session.scalars(select(table.c.subject).where(mine)))
    db.session.rollback()
    return found


@pytest.mark.clause("CMP-14")
def test_an_action_is_a_duty_and_somebody_else_looks_whether_it_had_an_effect(
    desk: Any, heard: Any, go: Any, add_person: Any, customer: Any, clock_at: Any
) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import CorrectiveAction
    from kezhi_complaints.services import actions

    keeper = add_person("keeper", "salesperson")
    case = heard(customer_id=customer("K1", owner_id=desk.seller.id))
    today = clock.today()

    def give(who: Any, *people: Any, measure: str = "夜班增加复点签字", due: Any = None, follows: Any = None) -> Any:
        with acting_as(who):
            try:
                return actions.give_action(case, measure, *(each.id for each in people), due, follows).id
            finally:
                db.session.rollback()

    with pytest.raises(NotFound):  # not accepted yet
        give(desk.agent, keeper, desk.manager)
    go(desk.agent, case, "accept")
    for people, given, field in (
        ((keeper, keeper), {}, "checker"), ((keeper, desk.manager), {"measure": " "}, "measure"),
        ((keeper, desk.manager), {"due": today - timedelta(days=1)}, "due_on"),
        ((keeper, desk.manager), {"due": today + timedelta(days=400)}, "due_on"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            give(desk.agent, *people, **given)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        give(desk.seller, keeper, desk.manager)
    action = give(desk.colleague, keeper, desk.manager)  # anybody of the desk
    number = f"TS-{clock.local(clock.now()):%Y%m}"
    assert [each.startswith(number) for each in duties_of(keeper, "complaints.action")] == [True]
    assert clock.local(stored(action)["due_at"]).date() == today + timedelta(days=14), "the company's number of days"
    with acting_as(keeper):  # sees the action, and not the complaint
        assert [each.id for each in db.session.scalars(visible(CorrectiveAction))] == [action]
        with pytest.raises(NotFound):
            services.complaint_by_id(case)
        with pytest.raises(NotFound):
            actions.check_effect(action, 1, effective=True, note="我自己看过")
        actions.finish_action(action, 1, "班组已培训，签字表启用")
        with pytest.raises(Conflict):
            actions.finish_action(action, 1, "再来一次")
        db.session.rollback()
    assert duties_of(keeper, "complaints.action") == []
    assert duties_of(desk.manager, "complaints.effect") == [], "not before its day"
    with acting_as(desk.manager), pytest.raises(Refused, match="from .* on"):
        actions.check_effect(action, 2, effective=True, note="已查")
    db.session.rollback()
    assert stored(action)["state"] == "done"
    check_on = clock.local(stored(action)["check_at"]).date()
    assert check_on >= today + timedelta(days=30)
    clock_at(clock.now() + timedelta(days=(check_on - today).days))
    with writing():
        actions.follow_actions()
    assert len(duties_of(desk.manager, "complaints.effect")) == 1
    with acting_as(desk.manager):
        with pytest.raises(Refused) as refused:
            actions.check_effect(action, 2, effective=False, note=" ")
        assert refused.value.field == "note"
        actions.check_effect(action, 2, effective=False, note="抽查 10 车，仍有 2 车未复点")
        db.session.rollback()
    assert duties_of(desk.manager, "complaints.effect") == []
    with pytest.raises(Refused, match="without effect"):
        give(desk.agent, keeper, desk.manager, follows=action + 1)
    again = give(desk.agent, keeper, desk.manager, measure="月台加装地磅联锁", follows=action)
    assert stored(again)["follows_id"] == action
    with acting_as(desk.agent):
        changed = actions.change_action(again, 1, "月台联锁", desk.chief.id, desk.manager.id, clock.today())
        with pytest.raises(Refused) as refused:
            actions.abandon_action(again, changed.version, "")
        assert refused.value.field == "reason"
        actions.abandon_action(again, changed.version, "改为系统强制扫描")
        assert [each.state for each in actions.actions_of(case)] == ["ineffective", "abandoned"]
        db.session.rollback()


@pytest.mark.clause("CMP-14", "CMP-10")
def test_who_is_complained_about_neither_carries_out_nor_checks_anything(desk: Any, heard: Any, go: Any) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.services import actions

    case = heard(kind="rude", accused_id=desk.seller.id)
    go(desk.agent, case, "accept")
    with acting_as(desk.agent):
        for owner, checker, field in ((desk.seller, desk.manager, "owner"), (desk.manager, desk.seller, "checker")):
            with pytest.raises(Refused) as refused:
                actions.give_action(case, "道歉并培训", owner.id, checker.id)
            assert refused.value.field == field
        actions.give_action(case, "道歉并培训", desk.chief.id, desk.manager.id)
        complaint = services.complaint_by_id(case)
        with pytest.raises(Refused):  # and who has something to do with it is not named afterwards
            services.check_accused(complaint, desk.chief.id)
        db.session.rollback()
    assert duties_of(desk.chief, "complaints.action") == [""], "no number where a person is complained about"


@pytest.mark.clause("CMP-14")
def test_the_same_cause_again_is_found_by_customer_and_by_responsible_unit(
    desk: Any, heard: Any, go: Any, customer: Any, clock_at: Any
) -> None:
    from kezhi_complaints.models import CAUSE, Complaint, Responsibility
    from kezhi_complaints.services import entries
    from kezhi_complaints.services.repeating import earlier_of, repeated_groups, repeated_ids, repeats

    table: Any = Complaint.__table__
    start = clock.now()
    with acting_as(desk.agent):
        causes = {each["key"]: each["id"] for each in entries(CAUSE)}
        db.session.rollback()
    ours, theirs = customer("K1", owner_id=desk.seller.id), customer("K2")
    case: dict[str, int] = {}

    def come(name: str, day: int, whose: int | None, cause: str | None, unit: str = "", **values: Any) -> None:
        clock_at(start + timedelta(days=day))
        case[name] = heard(customer_id=whose)
        with writing():
            values["cause_id"] = causes[cause] if cause else None
            db.session.execute(table.update().where(table.c.id == case[name]).values(**values))
            if unit:
                row = {"complaint_id": case[name], "unit": "carrier", "name": unit, "unit_key": f"c:{unit}",
                       "share": 1_000_000}  # fmt: skip
                db.session.execute(Responsibility.__table__.insert().values(**row))

    come("first", 0, ours, "no-check", "shunda")
    come("another cause", 1, ours, "carrier", "shunda")
    come("no cause", 2, ours, None)
    come("invalid", 3, ours, "handover", validity="invalid")
    come("after an invalid one", 4, ours, "handover")
    come("same customer", 60, ours, "no-check")
    come("same unit", 80, theirs, "no-check", "shunda")
    come("only the cause", 81, None, "no-check")
    come("too late", 60 + 91, ours, "no-check")
    come("in time", 60 + 91 + 90, ours, "no-check")
    expected = {"same customer", "same unit", "in time"}
    with acting_as(desk.agent):
        assert {name for name, each in case.items() if each in set(db.session.scalars(repeated_ids()))} == expected
        flagged = set(db.session.scalars(select(table.c.id).where(repeats())))
        assert {name for name, each in case.items() if each in flagged} == expected, "one by one as all at once"
        complaint = db.session.get_one(Complaint, case["same unit"])
        assert [(each.reason, each.count, [row.id for row in each.shown]) for each in earlier_of(complaint)] == [
            ("unit", 1, [case["first"]]), ("cause", 2, [case["same customer"], case["first"]]),
        ]  # fmt: skip
        groups = repeated_groups(start, start + timedelta(days=100))
        assert [(each.reason, each.cause_id, each.key, each.name, each.count) for each in groups] == [
            ("customer", causes["no-check"], str(ours), "", 2),
            ("unit", causes["no-check"], "c:shunda", "shunda", 2),
            ("cause", causes["no-check"], "", "", 4),
        ]  # fmt: skip
        db.session.rollback()
    with acting_as(desk.seller):  # counts, and names those of customers that one sees
        complaint = db.session.get_one(Complaint, case["same customer"])
        assert [(each.reason, len(each.shown)) for each in earlier_of(complaint)] == [("customer", 1), ("cause", 1)]
        db.session.rollback()
