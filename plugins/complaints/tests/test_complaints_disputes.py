"""A grave complaint becomes a dispute once, and each page leads to the other (TRD-09, CMP-04)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import NotFound, Refused, acting_as, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "complaints")]


def judged(case: int, validity: str, severity: str) -> None:
    from kezhi_complaints.models import Complaint

    table: Any = Complaint.__table__
    with writing():
        db.session.execute(update(table).where(table.c.id == case).values(validity=validity, severity=severity))


def disputes() -> list[tuple[Any, ...]]:
    from kezhi_trade.models import Dispute

    c: Any = Dispute.__table__.c
    rows = db.session.execute(select(c.customer_id, c.happened_on, c.subject, c.gravity, c.complaint).order_by(c.id))
    found = [tuple(row) for row in rows]
    db.session.rollback()
    return found


@pytest.mark.clause("TRD-09", "CMP-04")
def test_a_grave_complaint_is_entered_as_a_dispute_once(
    desk: Any, heard: Any, customer: Any, client_as: Any, add_person: Any
) -> None:
    from kezhi_complaints import services

    mine = customer("K1", owner_id=desk.seller.id)
    case = heard(customer_id=mine, happened_on=date(2026, 3, 1))
    address = f"/complaints/{case}"
    seller = client_as(None, login="seller", locale="en")
    for validity, severity in (("", ""), ("valid", "ordinary"), ("invalid", "malicious")):
        judged(case, validity, severity)
        assert "Enter it as a dispute" not in seller.get(address).text
        with acting_as(desk.seller), pytest.raises(NotFound):
            services.enter_dispute(case)
        db.session.rollback()
    judged(case, "valid", "grave")
    assert "Enter it as a dispute" in seller.get(address).text
    agent = client_as(None, login="agent", locale="en")
    assert "Enter it as a dispute" not in agent.get(address).text, "who may not enter disputes"
    assert agent.post(f"{address}/dispute").status_code == 404
    assert disputes() == []

    assert seller.post(f"{address}/dispute").location == address
    number = services.events_of(case)[-1].note.rpartition(" ")[2].rstrip(".")
    db.session.rollback()
    assert disputes() == [(mine, date(2026, 3, 1), "到货短少 12 件", "serious", services.complaint_by_id(case).number)]
    db.session.rollback()
    page = seller.get(address).text
    assert f">{number}</a>" in page
    assert "Enter it as a dispute" not in page
    again = seller.post(f"{address}/dispute", follow_redirects=True).text
    assert "already" in again
    assert len(disputes()) == 1

    shown = seller.get("/trade/disputes/1").text
    assert f'href="{address}"' in shown
    finance = client_as("finance", locale="en")
    with acting_as(add_person("accountant", "finance")):
        services.complaint_by_id(case)
    db.session.rollback()
    assert f'href="{address}"' in finance.get("/trade/disputes/1").text


@pytest.mark.clause("TRD-09", "CMP-10")
def test_a_dispute_tells_nobody_that_they_are_complained_about(
    desk: Any, heard: Any, customer: Any, client_as: Any, add_person: Any
) -> None:
    from kezhi_complaints import services

    mine = customer("K1", owner_id=desk.seller.id)
    case = heard(customer_id=mine, accused_id=desk.seller.id, kind="rude", subject="李婷出言不逊")
    judged(case, "valid", "grave")
    director = add_person("director", "finance")
    with acting_as(desk.seller), pytest.raises(NotFound):
        services.enter_dispute(case)
    db.session.rollback()
    with acting_as(director):
        services.enter_dispute(case)
        with pytest.raises(Refused):
            services.enter_dispute(case)
        db.session.rollback()
    assert [row[2] for row in disputes()] == ["A grave complaint"]
    accused = client_as(None, login="seller", locale="en").get("/trade/disputes/1")
    assert accused.status_code == 200, "it is a dispute with their customer"
    assert "TS-" not in accused.text
    assert f"/complaints/{case}" not in accused.text
