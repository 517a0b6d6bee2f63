"""The feedback register: told at once, due on its day, told to the customer, or gone on as a complaint (CMP-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, visible, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


@pytest.fixture
def told(app: Any, desk: Any) -> Callable[..., int]:
    """``told(customer_id=…)`` has the seller write feedback down and answers its id."""
    from kezhi_complaints.services import add_feedback

    def make(by: Any = None, **values: Any) -> int:
        given = {"sort": "suggestion", "contact": "韩雪", "phone": "13900026642", "subject": "周末送货",
                 "content": "希望周六上午送货。", "department_id": desk.department_id,
                 "due_on": clock.today() + timedelta(days=3), **values}  # fmt: skip
        with acting_as(by or desk.seller), writing():
            return int(add_feedback(given).id)

    return make


@pytest.mark.clause("CMP-05")
def test_it_reaches_the_account_manager_at_once_and_is_the_departments_duty(
    desk: Any, told: Any, customer: Any, add_person: Any
) -> None:
    from kezhi.builtin.tasks.models import Notice, Task
    from kezhi.builtin.tasks.services import sync_all
    from kezhi_complaints.feedback_duties import DUE
    from kezhi_complaints.services import add_progress, feedback_by_id, progress_of, tell_result
    from kezhi_complaints.telling import FEEDBACK

    keeper = add_person("keeper", "account-manager")
    mine = told(customer_id=customer("K1", owner_id=keeper.id), by=desk.agent)
    notices = db.session.execute(select(Notice.user_id, Notice.kind).where(Notice.kind == FEEDBACK)).all()
    assert [row.user_id for row in notices] == [keeper.id]
    db.session.rollback()
    sync_all()
    task = select(Task.owner_id, Task.due_at, Task.closed_at).where(Task.kind == DUE)
    row = db.session.execute(task, execution_options={"kezhi_unscoped": True}).one()
    assert (row.owner_id, row.closed_at) == (desk.manager.id, None)
    assert clock.local(row.due_at).date() == clock.today() + timedelta(days=3)
    db.session.rollback()
    with acting_as(desk.manager):
        with writing():
            add_progress(mine, "已联系物流部")
        for values, field in ((("", "x"), "told"), (("已答复", " "), "analysis")):
            with pytest.raises(Refused) as refused, writing():
                tell_result(mine, 1, *values)
            assert refused.value.field == field
        with writing():
            tell_result(mine, 1, "周六可送", "周末运力不足，已加一班")
        with pytest.raises(Refused), writing():
            add_progress(mine, "再写一条")
        found = feedback_by_id(mine)
        assert (found.state, found.told) == ("told", "周六可送")
        assert [each.note for each in progress_of(mine)] == ["已联系物流部"]
        db.session.rollback()
    sync_all()
    assert db.session.execute(task, execution_options={"kezhi_unscoped": True}).one().closed_at is not None
    plain = db.session.connection().exec_driver_sql("SELECT contact, content, told FROM complaints_feedback").all()
    assert not any("韩雪" in text or "周六" in text for row in plain for text in row), "sealed in the database"


@pytest.mark.clause("CMP-05")
def test_a_complaint_goes_on_into_the_register_with_its_words(desk: Any, told: Any, customer: Any) -> None:
    from kezhi_complaints.models import CHANNEL, Complaint
    from kezhi_complaints.services import complaint_by_id, entries, feedback_by_id, feedback_of_complaint, go_on

    known = customer("K1", owner_id=desk.seller.id)
    mine, half = told(customer_id=known, sort="complaint"), told(customer_id=known, phone="")
    channel = entries(CHANNEL)[0]["id"]
    db.session.rollback()
    with acting_as(desk.seller):
        with pytest.raises(Conflict), writing():
            go_on(mine, 7, channel)
        with pytest.raises(Refused), writing():
            go_on(mine, 1, 0)
        assert feedback_by_id(mine).state == "open"
        assert db.session.scalar(select(func.count()).select_from(Complaint.__table__)) == 0
        db.session.rollback()
        with writing():
            first, second = go_on(mine, 1, channel).id, go_on(half, 1, channel).id
        feedback, complaint = feedback_by_id(mine), complaint_by_id(first)
        assert (complaint.complainant, complaint.course, complaint.subject) == (
            "韩雪",
            "希望周六上午送货。",
            "周末送货",
        )
        assert (complaint.customer_id, complaint.received_at) == (known, feedback.received_at)
        assert (feedback.state, feedback.complaint_id) == ("went_on", first)
        origin = feedback_of_complaint(first)
        assert origin is not None
        assert origin.id == mine
        assert complaint_by_id(second).anonymous
        assert complaint_by_id(second).course.endswith("韩雪"), "half a name is not lost"


@pytest.mark.clause("CMP-05")
def test_who_sees_feedback(desk: Any, told: Any, customer: Any, add_person: Any) -> None:
    """Through the customer, by taking part, as the manager of the department; nobody else, and no progress either."""
    from kezhi_complaints.models import Feedback, Progress
    from kezhi_complaints.services import add_progress, feedback_by_id, may_work_on

    keeper, other = add_person("keeper", "salesperson"), add_person("other", "salesperson")
    mine = told(customer_id=customer("K1", owner_id=keeper.id), by=desk.agent)
    with acting_as(desk.agent), writing():
        add_progress(mine, "在办")
    for person, works in ((keeper, True), (desk.manager, True), (desk.agent, True), (desk.chief, False)):
        with acting_as(person):
            assert may_work_on(feedback_by_id(mine)) is works
            db.session.rollback()
    with acting_as(other):
        assert not db.session.scalars(visible(Feedback)).all()
        assert not db.session.scalars(select(Progress)).all()
        db.session.rollback()
        with pytest.raises(NotFound), writing():
            add_progress(mine, "偷写")
    with acting_as(desk.chief), pytest.raises(NotFound), writing():
        add_progress(mine, "旁观者")
