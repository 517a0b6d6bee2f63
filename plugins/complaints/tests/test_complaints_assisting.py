"""Who is asked to assist or given guidance answers it, or says why not (CMP-16, CMP-17)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


@pytest.mark.clause("CMP-16")
def test_assisting_is_a_duty_that_goes_up_when_it_is_declined(desk: Any, heard: Any, go: Any, add_person: Any) -> None:
    from kezhi.builtin.accounts.services import add_department, set_manager
    from kezhi.builtin.tasks.models import Task
    from kezhi_complaints import services

    def open_tasks() -> list[tuple[int | None, int | None]]:
        table: Any = Task.__table__
        mine = (table.c.kind == "complaints.help") & table.c.closed_at.is_(None)
        rows = select(table.c.owner_id, table.c.department_id).where(mine).order_by(table.c.id)
        found = db.session.execute(rows).all()
        db.session.rollback()
        return [(row[0], row[1]) for row in found]

    with writing():
        depot = add_department("Depot").id
    head = add_person("head", "department-manager", department_id=depot)
    clerk, accused = add_person("clerk", "data-analyst", department_id=depot), add_person("accused", "salesperson")
    with writing():
        set_manager(depot, head.id)
    case = heard(accused_id=accused.id)
    go(desk.agent, case, "accept")
    go(desk.agent, case, "investigate", investigator=desk.colleague.id)
    with acting_as(desk.agent), pytest.raises(NotFound):
        services.ask(case, "监控录像？", person_id=clerk.id)
    db.session.rollback()
    with acting_as(desk.colleague):
        for given, field in (
            ({"person_id": accused.id}, "person"), ({}, "person"), ({"department_id": 4711}, "department"),
            ({"person_id": clerk.id, "department_id": depot}, "person"),
        ):  # fmt: skip
            with pytest.raises(Refused) as refused:
                services.ask(case, "监控录像？", **given)
            assert refused.value.field == field
            db.session.rollback()
        asked = services.ask(case, "当晚 3 号月台的监控录像？", person_id=clerk.id).id
        second = services.ask(case, "装车记录？", department_id=depot).id
        db.session.rollback()
    assert open_tasks() == [(clerk.id, depot), (None, depot)]
    with acting_as(desk.seller), pytest.raises(NotFound):
        services.give(asked, 1, "我知道")
    db.session.rollback()
    with acting_as(clerk):
        with pytest.raises(NotFound):  # not the complaint, only what is asked
            services.complaint_by_id(case)
        assert services.help_by_id(asked).question == "当晚 3 号月台的监控录像？"
        db.session.rollback()
        with pytest.raises(Refused, match="reason"):
            services.decline(asked, 1, " ")
        db.session.rollback()
        services.decline(asked, 1, "录像不归我管")
        with pytest.raises((Conflict, NotFound)):
            services.give(asked, 1, "还是给吧")
        db.session.rollback()
    assert open_tasks() == [(None, depot), (head.id, depot)]
    with acting_as(head):
        services.give(asked, 2, "录像已调取")
        services.give(second, 1, "记录见附件")
        with pytest.raises(Conflict):
            services.give(second, 2, "再一次")
        db.session.rollback()
    assert open_tasks() == []
    with acting_as(desk.colleague):
        assert [(each.state, each.answer) for each in services.helps_of(case)] == [
            ("helped", "录像已调取"), ("helped", "记录见附件"),
        ]  # fmt: skip
        db.session.rollback()
    with acting_as(desk.manager):
        told = [each.kind for each in services.events_of(case)]
        db.session.rollback()
    assert told[-5:] == ["help_asked", "help_asked", "help_ended", "help_ended", "help_ended"]


@pytest.mark.clause("CMP-17")
def test_guidance_on_a_units_complaint_is_answered_by_the_unit(
    desk: Any, heard: Any, go: Any, add_person: Any, customer: Any
) -> None:
    from kezhi.builtin.accounts.services import add_department, set_manager
    from kezhi.builtin.tasks.models import Task
    from kezhi_complaints import services

    with writing():
        unit = add_department("成员企业").id
    head = add_person("head", "department-manager", department_id=unit)
    case = heard(department_id=unit)
    for somebody in (desk.agent, desk.chief):
        with acting_as(somebody), pytest.raises(NotFound):
            services.guide(case, "请先致歉")
        db.session.rollback()
    with acting_as(desk.manager), pytest.raises(Refused, match="Nobody is there"):
        services.guide(case, "请先致歉")
    db.session.rollback()
    with writing():
        set_manager(unit, head.id)
    with acting_as(head), pytest.raises(NotFound):
        services.complaint_by_id(case)
    db.session.rollback()
    with acting_as(desk.manager):
        given = services.guide(case, "请先致歉，并查月台").id
        db.session.rollback()
    task: Any = Task.__table__
    waits = select(task.c.owner_id).where(task.c.kind == "complaints.guidance", task.c.closed_at.is_(None))
    assert list(db.session.scalars(waits)) == [head.id]
    db.session.rollback()
    with acting_as(desk.agent), pytest.raises(NotFound):
        services.answer_guidance(given, 1, "替他答")
    db.session.rollback()
    with acting_as(head):  # who has to answer sees the complaint from then on
        assert services.complaint_by_id(case).id == case
        with pytest.raises(Refused):
            services.answer_guidance(given, 1, "")
        db.session.rollback()
        services.answer_guidance(given, 1, "已致歉，月台已查")
        with pytest.raises(Conflict):
            services.answer_guidance(given, 1, "再答")
        db.session.rollback()
    assert list(db.session.scalars(waits)) == []
    db.session.rollback()
    with acting_as(desk.manager):
        assert [each.answer for each in services.guidance_of(case)] == ["已致歉，月台已查"]
        db.session.rollback()
