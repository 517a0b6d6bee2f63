"""Where complaints are seen, and who takes them over: lists, the customer's page, search, hand-over, erasure."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from kezhi import acting_as, clock, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def given_to(person: Any, complaint_id: int) -> None:
    from kezhi_complaints.models import Complaint

    with writing():
        table = Complaint.__table__
        db.session.execute(update(table).where(table.c.id == complaint_id).values(handler_id=person.id))


@pytest.mark.clause("CMP-02")
def test_lists_are_narrowed_by_the_tree_and_figures_tell_nobody_of_themself(
    app: Any, desk: Any, heard: Any, customer: Any
) -> None:
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.search.services import find
    from kezhi_complaints.columns import customer_columns
    from kezhi_complaints.menu import mine
    from kezhi_complaints.models import KIND
    from kezhi_complaints.pages import complaint_list
    from kezhi_complaints.panels import facts, panels
    from kezhi_complaints.services import entries

    known = customer("K1")
    rude, short = heard(kind="rude", customer_id=known, accused_id=desk.colleague.id), heard(customer_id=known)
    given_to(desk.agent, short)
    kinds = {row["key"]: row["id"] for row in entries(KIND)}
    db.session.rollback()

    def found(**asked: Any) -> set[int]:
        return {
            row.id
            for row in complaint_list().page(MultiDict({f"f.{key}": str(value) for key, value in asked.items()})).rows
        }

    with app.test_request_context(), acting_as(desk.agent):
        assert found(kind=kinds["service"]) == {rude}
        assert found(kind=kinds["business"]) == found(handler="me") == {short}
        assert found(handler="nobody") == {rude}
        assert found(is_open="open", customer="K1") == {rude, short}
        assert found(is_open="closed") == set()
        assert mine() == 1
        groups = {group.key: [hit.id for hit in group.hits] for group in find("短少")}
        assert set(groups["complaints"]) == {rude, short}, "both have the subject of the example"
        db.session.rollback()
    count = customer_columns()[0].expr
    for person, told in ((desk.agent, 2), (desk.colleague, 1)):
        with app.test_request_context(), acting_as(person):
            assert db.session.scalar(select(count).select_from(Customer.__table__)) == told
            record = db.session.get_one(Customer, known)
            fact = facts(record, person)[0]
            assert fact.value == str(told)
            shown = panels(record, person)[0].context
            assert len(shown["complaints"]) == told
            db.session.rollback()


@pytest.mark.clause("CMP-10")
def test_who_leaves_hands_over_and_nobody_gets_a_complaint_about_themself(desk: Any, heard: Any, customer: Any) -> None:
    from kezhi.builtin.handover.services import Plan, carry_out
    from kezhi_complaints.models import ASSIGNED, Complaint
    from kezhi_complaints.services import events_of

    plain, about = heard(), heard(accused_id=desk.colleague.id, kind="rude")
    for each in (plain, about):
        given_to(desk.agent, each)
    with acting_as(desk.manager), writing():
        carry_out(Plan(desk.agent.id or 0, (desk.colleague.id or 0, desk.manager.id or 0)))
    table = Complaint.__table__
    handlers = {row.id: row.handler_id for row in db.session.execute(select(table.c.id, table.c.handler_id))}
    assert handlers == {plain: desk.colleague.id, about: desk.manager.id}, "the one complained about is passed over"
    assert [(event.kind, event.owner_id) for event in events_of(plain)][1:] == [(ASSIGNED, desk.colleague.id)]
    assert events_of(about)[1].owner_id == desk.manager.id


def test_a_destroyed_customer_leaves_no_words(desk: Any, heard: Any, customer: Any) -> None:
    from kezhi.builtin.destruction.services import obstacles
    from kezhi.builtin.destruction.services.executing import erase_persons
    from kezhi.builtin.destruction.services.sweeping import layout
    from kezhi.builtin.destruction.services.tracing import subject_of
    from kezhi_complaints.checks import checks
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import add_event, add_feedback, add_progress, complaint_by_id, correct

    known, other = customer("K1"), customer("K2")
    mine, theirs = heard(customer_id=known), heard(customer_id=other, course="别人的经过")
    with acting_as(desk.agent), writing():
        for each in (mine, theirs):
            add_event(complaint_by_id(each), "noted", "回访记录")
        correct(mine, 1, {"phone": "13800138000"})
        told = {"sort": "opinion", "subject": "s", "content": "反馈内容", "department_id": desk.department_id,
                "due_on": clock.today(), "customer_id": known}  # fmt: skip
        add_progress(add_feedback(told).id, "进展内容")
    assert list(obstacles([known], clock.today())) == [known], "open complaints keep the file"
    db.session.rollback()
    assert [finding for check in checks() for finding in check.run(db.session)] == []
    db.session.rollback()
    with writing():
        erase_persons(subject_of(known, "persons", "test"), layout())
    for name, columns in (("complaints_complaint", "complainant, phone, course"),
                           ("complaints_correction", "old, new"), ("complaints_feedback", "content"),
                           ("complaints_progress", "note")):  # fmt: skip
        rows = db.session.connection().exec_driver_sql(f"SELECT {columns} FROM {name}").all()  # noqa: S608
        left = [row for row in rows if any(row)]
        assert len(left) == (1 if name == "complaints_complaint" else 0), name
    notes = db.session.connection().exec_driver_sql("SELECT complaint_id FROM complaints_event WHERE note <> ''").all()
    assert [row[0] for row in notes] == [theirs]
    db.session.rollback()
    with acting_as(desk.agent):
        assert complaint_by_id(theirs).course == "别人的经过"
    table = Complaint.__table__
    assert db.session.scalar(select(table.c.number).where(table.c.id == mine)), "that there was one stays"
