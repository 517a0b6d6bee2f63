"""The pages of remedies, responsibility, corrective actions and satisfaction: what was typed stays."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import acting_as, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def count(model: Any) -> int:
    found = len(db.session.execute(select(model.__table__.c.id)).all())
    db.session.rollback()
    return found


@pytest.mark.clause("CMP-13", "CMP-14", "CMP-15")
def test_what_follows_from_a_complaint_on_its_page(
    desk: Any, heard: Any, go: Any, customer: Any, client_as: Any, add_person: Any
) -> None:
    from kezhi_complaints.models import CAUSE, Complaint, CorrectiveAction, Remedy, Satisfaction
    from kezhi_complaints.services import entries

    keeper = add_person("keeper", "salesperson")
    case = heard(customer_id=customer("K1", owner_id=desk.seller.id), accused_id=keeper.id, kind="rude")
    go(desk.agent, case, "accept")
    address = f"/complaints/{case}"
    agent, seller, accused, manager = (
        client_as(None, login=each.login, locale="en") for each in (desk.agent, desk.seller, keeper, desk.manager)
    )
    # remedies: a wrong amount is said at its field, and what was typed stays
    wrong = agent.post(f"{address}/remedies/new", data={"kind": "compensation", "amount": "a lot", "agreed": "Typed"})
    assert wrong.status_code == 422
    assert "Write an amount such as" in wrong.text
    assert "Typed" in wrong.text
    assert count(Remedy) == 0
    sent = {"kind": "compensation", "amount": "12，800.50", "agreed": "Lost hours"}
    for other in (seller, accused):
        assert other.post(f"{address}/remedies/new", data=sent).status_code in (403, 404)
    assert agent.post(f"{address}/remedies/new", data=sent).status_code == 302
    page = agent.get(address).text
    assert "¥12,800.50" in page
    assert "Waits for approval" in page
    assert re.search(r"SP-\d{6}", page)
    (remedy,) = db.session.scalars(select(Remedy.__table__.c.id))
    db.session.rollback()
    done = agent.post(f"/complaints/remedies/{remedy}/done", data={"version": "9", "note": "Paid it"})
    assert done.status_code == 422
    assert "Paid it" in done.text
    assert accused.get(address).status_code == 404
    assert accused.get(f"/complaints/remedies/{remedy}/done").status_code in (403, 404)
    # responsibility
    with acting_as(desk.agent):
        cause = entries(CAUSE)[0]["id"]
        version = db.session.scalar(select(Complaint.__table__.c.version).where(Complaint.__table__.c.id == case))
        db.session.rollback()
    rows = {"version": version, "cause": cause, "who0": f"department:{desk.department_id}", "share0": "60",
            "who1": "carrier", "name1": "Shunda", "share1": "30"}  # fmt: skip
    wrong = agent.post(f"{address}/responsible", data=rows)
    assert wrong.status_code == 422
    assert "90 %" in wrong.text
    assert "Shunda" in wrong.text
    assert agent.post(f"{address}/responsible", data={**rows, "share1": "x"}).status_code == 422
    assert agent.post(f"{address}/responsible", data={**rows, "share1": "40"}).status_code == 302
    page = agent.get(address).text
    assert "Shunda" in page
    assert "nothing is done about it yet" not in page, "not judged valid"
    shown = agent.get(f"{address}/responsible").text
    assert 'value="40"' in shown
    # corrective actions
    given = {"measure": "Count twice", "owner": str(desk.seller.id), "checker": str(desk.seller.id), "due_on": ""}
    wrong = agent.post(f"{address}/actions/new", data=given)
    assert wrong.status_code == 422
    assert "Count twice" in wrong.text
    assert f'value="{keeper.id}"' not in wrong.text, "who is complained about cannot be chosen"
    assert agent.post(f"{address}/actions/new", data={**given, "checker": str(desk.manager.id)}).status_code == 302
    (action,) = db.session.scalars(select(CorrectiveAction.__table__.c.id))
    db.session.rollback()
    assert accused.get(f"/complaints/actions/{action}").status_code == 404
    theirs = f"/complaints/actions/{action}"
    assert "It is done" in seller.get(theirs).text
    assert manager.post(f"{theirs}/done", data={"version": "1", "note": "I did"}).status_code == 404
    assert seller.post(f"{theirs}/done", data={"version": "1", "note": " "}).status_code == 422
    assert seller.post(f"{theirs}/done", data={"version": "1", "note": "Counted"}).status_code == 302
    early = manager.get(theirs).text
    assert "can be checked from" in early
    # satisfaction: nothing before it is closed; then the link is shown once
    assert agent.post(f"{address}/satisfaction/link").status_code == 404
    with writing():
        table: Any = Complaint.__table__
        db.session.execute(
            table.update()
            .where(table.c.id == case)
            .values(state="closed", validity="valid", closed_at=table.c.received_at)
        )
    made = agent.post(f"{address}/satisfaction/link").text
    link = re.search(r"/complaints/satisfaction/[\w-]+", made)
    assert link is not None
    assert link[0] not in agent.get(address).text
    assert count(Satisfaction) == 1
    said = agent.post(f"{address}/satisfaction/phone", data={"score": "2", "comment": "Late again"})
    assert said.status_code == 302
    assert agent.application.test_client().get(link[0]).status_code == 404, "asked by phone, the link has ended"
    shown = manager.get(address).text
    assert "The customer is not satisfied" in shown
    assert "The customer is not satisfied" not in agent.get(address).text
    listed = agent.get(
        "/complaints?cols=number,cause,repeat,cost,responsible,actions,satisfaction&f.satisfaction=2"
    ).text
    assert "Not satisfied" in listed
