"""Remedies, who bears their cost, and compensation that has to be approved (CMP-13)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def state_of(remedy_id: int) -> tuple[str, int]:
    """State and amount as they are stored."""
    from kezhi_complaints.models import Remedy

    table: Any = Remedy.__table__
    row = db.session.execute(select(table.c.state, table.c.amount).where(table.c.id == remedy_id)).one()
    db.session.rollback()
    return row.state, row.amount


def request_about(remedy_id: int) -> Any:
    """The latest request for approval of a remedy."""
    from kezhi.builtin.approvals.services import request_for
    from kezhi_complaints.services.remedy_approval import KIND

    found = request_for(KIND, str(remedy_id))
    assert found is not None
    seats = [(step.user_id, {seat.user_id for seat in found.seats if seat.step_id == step.id}) for step in found.steps]
    kept = (found.id, found.number, found.status, seats)
    db.session.rollback()
    return kept


def agree(who: Any, case: int, kind: str, amount: int, text: str = "按合同第 9 条补偿停线损失") -> int:
    from kezhi_complaints.services import remedies

    with acting_as(who):
        try:
            return int(remedies.add_remedy(case, kind, amount, text).id)
        finally:
            db.session.rollback()


def sign(who: Any, request_id: int) -> None:
    from kezhi.builtin.approvals.services import sign as approve

    with acting_as(who):
        try:
            approve(request_id)
        finally:
            db.session.rollback()


@pytest.mark.clause("CMP-13")
def test_a_remedy_has_an_amount_and_is_carried_out_and_what_a_complaint_costs_follows(
    desk: Any, heard: Any, go: Any, customer: Any
) -> None:
    from kezhi_complaints.services import remedies

    case = heard(customer_id=customer("K1", owner_id=desk.seller.id))
    with pytest.raises(NotFound):  # nobody handles it yet
        agree(desk.agent, case, "apology", 0)
    go(desk.agent, case, "accept")
    for kind, amount, text, field in (
        ("bribe", 1, "x", "kind"), ("compensation", 0, "x", "amount"), ("compensation", -1, "x", "amount"),
        ("replacement", 100, "  ", "agreed"), ("replacement", 100, "字" * 2001, "agreed"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            agree(desk.agent, case, kind, amount, text)
        assert refused.value.field == field
    for somebody in (desk.colleague, desk.seller, desk.manager):  # only who answers the customer agrees on something
        with pytest.raises(NotFound):
            agree(somebody, case, "apology", 0)
    boxes = agree(desk.agent, case, "replacement", 432_000, "轴承座 UCP208 12 件，今日 14:00 前专车")
    sorry = agree(desk.agent, case, "apology", 0, "经理上门致歉")
    assert (state_of(boxes), state_of(sorry)) == (("approved", 432_000), ("approved", 0))
    with acting_as(desk.agent):
        changed = remedies.change_remedy(boxes, remedies.remedy_by_id(boxes).version, "replacement", 400_000, "11 件")
        with pytest.raises(Conflict):  # an old page
            remedies.carry_out(boxes, changed.version - 1)
        remedies.carry_out(boxes, changed.version, "专车 13:20 送达，客户签收")
        with pytest.raises(Conflict):  # once
            remedies.carry_out(boxes, remedies.remedy_by_id(boxes).version)
        with pytest.raises(Conflict):  # what was carried out stays
            remedies.drop_remedy(boxes, remedies.remedy_by_id(boxes).version)
        assert remedies.cost_of(case) == {"CNY": 400_000}
        remedies.drop_remedy(sorry, remedies.remedy_by_id(sorry).version)
        assert [each.state for each in remedies.remedies_of(case)] == ["done", "dropped"]
        assert remedies.remedies_of(case)[0].done_by_id == desk.agent.id
        db.session.rollback()
    with acting_as(desk.seller):
        assert len(remedies.remedies_of(case)) == 2, "who is in charge of the customer sees what it was given"
        db.session.rollback()
    plain = db.session.connection().exec_driver_sql("SELECT agreed, done_note FROM complaints_remedy").all()
    assert "客户签收" not in str(plain), "sealed in the database"
    db.session.rollback()


@pytest.mark.clause("CMP-13")
def test_compensation_above_the_sum_waits_for_another_persons_signature_and_cannot_be_split(
    desk: Any, heard: Any, go: Any, add_person: Any
) -> None:
    from kezhi.builtin.approvals.rules import Barred
    from kezhi.builtin.approvals.services import reject
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import remedies

    case = heard()
    go(desk.agent, case, "accept")
    assert state_of(agree(desk.agent, case, "compensation", 500_000))[0] == "approved", "the limit itself is free"
    small = agree(desk.agent, case, "discount", 1, "下单减一分")
    assert state_of(small)[0] == "waiting", "together they are above it"
    request_id, _number, status, seats = request_about(small)
    assert (status, seats) == ("pending", [(desk.manager.id, set())])
    with pytest.raises(Refused, match="waits for approval"), acting_as(desk.agent):
        remedies.carry_out(small, remedies.remedy_by_id(small).version)
    db.session.rollback()
    with acting_as(desk.agent):
        with pytest.raises(Conflict):  # nor changed behind the signer's back
            remedies.change_remedy(small, remedies.remedy_by_id(small).version, "discount", 9_000_000, "改大")
        assert remedies.cost_of(case) == {"CNY": 500_000}, "what waits costs nothing yet"
        db.session.rollback()
    for somebody in (desk.agent, desk.colleague):
        with pytest.raises((Barred, NotFound)):
            sign(somebody, request_id)
    assert state_of(small)[0] == "waiting"
    sign(desk.manager, request_id)
    assert state_of(small)[0] == "approved"
    with acting_as(desk.agent):
        assert remedies.cost_of(case) == {"CNY": 500_001}
        db.session.rollback()
    large = agree(desk.agent, case, "compensation", 6_000_000)
    request_id, _number, _status, seats = request_about(large)
    assert len(seats) == 2, "above the second sum the general manager signs too"
    with acting_as(desk.manager):
        reject(request_id, "金额与合同不符")
        db.session.rollback()
    assert state_of(large)[0] == "refused"
    with acting_as(desk.agent):  # less of it is put up anew
        again = remedies.change_remedy(large, remedies.remedy_by_id(large).version, "compensation", 100, "改为一元")
        assert again.state == "waiting"
        db.session.rollback()
    second_id, _number, _status, _seats = request_about(large)
    assert second_id != request_id
    with writing():
        table: Any = Complaint.__table__
        db.session.execute(table.update().where(table.c.id == case).values(validity="invalid"))
    with pytest.raises(Refused, match="invalid"):
        sign(desk.manager, second_id)
    assert state_of(large)[0] == "waiting"


@pytest.mark.clause("CMP-13", "CMP-10")
def test_who_is_complained_about_gets_no_step_whoever_the_flow_names(
    desk: Any, heard: Any, go: Any, add_person: Any
) -> None:
    """The company's own flow may name anybody; in place of who is complained about the next one above signs."""
    from kezhi import clock, visible
    from kezhi.builtin.accounts.services import set_manager
    from kezhi.builtin.approvals.contributions import EVERYBODY, Step
    from kezhi.builtin.approvals.models import Request
    from kezhi.builtin.approvals.services import add_deputy, keep_flow
    from kezhi_complaints.services.remedy_approval import KIND

    money = add_person("money", "finance")
    other = add_person("other-money", "finance")
    case = heard(kind="rude", accused_id=desk.manager.id)
    go(desk.agent, case, "accept")
    with pytest.raises(Refused, match="none"):  # the shipped flow asks the manager, and nobody is above
        agree(desk.agent, case, "compensation", 600_000)
    with writing():
        set_manager(_above(desk.department_id), desk.chief.id)
    remedy = agree(desk.agent, case, "compensation", 600_000)
    assert request_about(remedy)[3] == [(desk.chief.id, set())], "the next one above"
    steps = [
        ({"user_id": desk.manager.id}, desk.chief.id, set()),
        ({"people": (desk.manager.id, money.id, other.id), "needs": 2}, None, {money.id, other.id}),
        ({"role": "customer-service-manager", "needs": 1}, "refused", set()),
        ({"role": "finance", "needs": EVERYBODY}, None, {money.id, other.id}),
    ]
    for step, user_id, seats in steps:
        with acting_as(desk.chief), writing():
            keep_flow(KIND, (Step({"zh": "审批", "en": "Approval"}, **step),), reason="试")
        if user_id == "refused":
            with pytest.raises(Refused, match="about cannot"):
                agree(desk.agent, case, "compensation", 600_000)
            continue
        again = agree(desk.agent, case, "compensation", 600_000)
        assert request_about(again)[3] == [(user_id, seats)], step
    # as the deputy of a signer the accused does not sign either, and sees nothing of it
    with acting_as(money):
        add_deputy(money.id, desk.manager.id, clock.today(), clock.today())
        db.session.rollback()
    with pytest.raises(Refused, match="You have no part"):
        sign(desk.manager, request_about(again)[0])
    assert state_of(again)[0] == "waiting"
    with acting_as(desk.manager):
        from kezhi_complaints.models import CorrectiveAction, Remedy, Responsibility, Satisfaction

        for model in (Remedy, Responsibility, CorrectiveAction, Satisfaction):
            assert db.session.scalars(visible(model)).all() == []
        titles = [str(each.title) + str(each.snapshot) for each in db.session.scalars(visible(Request))]
        assert not any("TS-" in each for each in titles), "nor its number"
        db.session.rollback()


def _above(department_id: int) -> int:
    from kezhi.builtin.accounts.services import add_department, move_department

    top = add_department("Head office").id
    move_department(department_id, top)
    return int(top)


@pytest.mark.clause("CMP-13")
def test_shares_of_responsibility_add_up_and_so_do_the_costs(desk: Any, heard: Any, go: Any, add_person: Any) -> None:
    from kezhi_complaints.models import CAUSE, Complaint
    from kezhi_complaints.services import entries, responsible
    from kezhi_complaints.services.responsible import Share, costs_by_unit

    cases = [heard(), heard()]
    for case in cases:
        go(desk.agent, case, "accept")
        agree(desk.agent, case, "replacement", 100_001, "补发")
    with acting_as(desk.agent):
        causes = {each["key"]: each["id"] for each in entries(CAUSE)}
        db.session.rollback()

    def name(who: Any, case: int, *shares: Any, cause: int | None = None) -> Any:
        with acting_as(who):
            try:
                complaint: Any = Complaint.__table__
                version = db.session.scalar(select(complaint.c.version).where(complaint.c.id == case))
                db.session.rollback()
                return responsible.name_responsible(case, version, cause, [Share(*each) for each in shares])
            finally:
                db.session.rollback()

    place = ("department", desk.department_id)
    for shares, message in (
        ([(*place, 600_000)], "60 %"), ([(*place, 600_000), ("carrier", "顺达物流", 400_001)], "100.0001"),
        ([(*place, 500_000), (*place, 500_000)], "only once"), ([("carrier", " ", 1_000_000)], "write the name"),
        ([("moon", 1, 1_000_000)], "Choose who"), ([("person", 999_999, 1_000_000)], "write the name"),
        ([("carrier", f"承运商{at}", 100_000) for at in range(10)], "No more than 5"),  # the form has rows for five
        ([(*place, 0), ("carrier", "顺达物流", 1_000_000)], "more than 0"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=message):
            name(desk.agent, cases[0], *shares)
    with pytest.raises(Refused) as refused:
        name(desk.agent, cases[0], cause=999_999)
    assert refused.value.field == "cause"
    with pytest.raises(NotFound):
        name(desk.seller, cases[0])
    name(desk.agent, cases[0], ("person", desk.colleague.id, 1_000_000))
    thirds = ((*place, 333_334), ("carrier", "顺达物流", 333_333), ("supplier", "宏发轴承", 333_333))
    name(desk.colleague, cases[0], *thirds, cause=causes["no-check"])  # in place of what stood there
    name(desk.agent, cases[1], ("carrier", "顺达  物流", 1_000_000))
    with acting_as(desk.agent):
        table: Any = Complaint.__table__
        costs = costs_by_unit(select(table.c.id).where(table.c.id.in_(cases)))
        assert {each.name: each.cost for each in costs} == {
            "顺达 物流": 100_001, "Customer service": 33_334, "顺达物流": 33_334, "宏发轴承": 33_333,
        }  # fmt: skip
        assert costs[0].name == "顺达 物流", "the largest first"
        assert sum(each.cost for each in costs) == 200_002
        assert db.session.scalar(select(table.c.cause_id).where(table.c.id == cases[0])) == causes["no-check"]
        db.session.rollback()
