"""Intake: while somebody speaks on the telephone, and what is corrected afterwards (CMP-01)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def given(**values: Any) -> dict[str, Any]:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
    channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
    return {"complainant": "陆敏", "phone": "139 0001 7718", "subject": "短少", "course": "短少 12 件",
            "kind_id": kinds["discrepancy"], "channel_id": channels["phone"], **values}  # fmt: skip


@pytest.mark.clause("CMP-01")
def test_receipt_is_now_or_earlier_with_a_reason_and_never_to_come(desk: Any) -> None:
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import events_of, register

    now = clock.now()
    with acting_as(desk.agent):
        wrong = {"received_at": now + timedelta(minutes=5)}, {"received_at": now - timedelta(hours=2)}, \
            {"received_at": now - timedelta(days=32)}  # fmt: skip
        for values, field in zip(wrong, ("received_at", "late_reason", "received_at"), strict=True):
            with pytest.raises(Refused) as refused, writing():
                register(given(**values))
            assert refused.value.field == field
        assert db.session.scalar(select(func.count()).select_from(Complaint.__table__)) == 0
        db.session.rollback()
        with writing():
            soon = register(given(received_at=now - timedelta(minutes=50))).id
            late = register(given(received_at=now - timedelta(hours=2)), late_reason="  停电 ").id
        assert [event.note for event in events_of(soon) + events_of(late)] == ["", "停电"]
        assert events_of(late)[0].at == now - timedelta(hours=2), "clocks count from when it was received"


@pytest.mark.clause("CMP-01")
def test_saving_a_complaint_takes_few_statements(desk: Any, customer: Any, statements: Any) -> None:
    from kezhi_complaints.services import register

    known = customer("K1")
    with acting_as(desk.agent):
        values = given(customer_id=known, accused_id=desk.seller.id, department_id=desk.department_id)
        db.session.rollback()
        with writing():
            register(values)
        db.session.rollback()
        with statements() as counted, writing():
            register({**values, "subject": "再次短少"})
    assert counted.count <= 12, "\n".join(counted.texts)


@pytest.mark.clause("CMP-01")
def test_a_correction_keeps_old_and_new_and_nobody_overwrites_another(desk: Any, heard: Any, customer: Any) -> None:
    from kezhi_complaints.intake_pages import corrections_shown
    from kezhi_complaints.models import CHANGED, Correction
    from kezhi_complaints.services import complaint_by_id, correct, corrections_of, events_of, recent

    first, known = heard(), customer("K1")
    with acting_as(desk.agent):
        with writing():
            changed = correct(first, 1, {"customer_id": known, "phone": "13800138000", "accused_id": desk.seller.id})
        assert changed == ["customer_id", "phone", "accused_id"]
        with pytest.raises(Conflict), writing():
            correct(first, 1, {"phone": "13900000000"})
        db.session.rollback()
        complaint = complaint_by_id(first)
        assert (complaint.phone, complaint.version) == ("13800138000", 2)
        event = events_of(first)[-1]
        assert event.kind == CHANGED
        shown = {str(label): (old, new) for label, old, new in corrections_shown(corrections_of([event])[event.id])}
        assert shown["Customer"] == ("", "客户 K1")
        assert shown["Phone"] == ("139 0001 7718", "13800138000")
        assert shown["Person complained about"] == ("", desk.seller.name)
        assert [row.id for row in recent(phone="138-0013-8000")] == [first], "found by the corrected number"
        assert not recent(phone="13900017718")
        db.session.rollback()
    plain = db.session.connection().exec_driver_sql("SELECT old, new FROM complaints_correction").all()
    assert not any("1380013" in text for row in plain for text in row), "sealed in the database"
    with acting_as(desk.seller), pytest.raises(NotFound):
        db.session.rollback()
        with writing():
            correct(first, 2, {"subject": "不是我"})
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Correction.__table__)) == 3


@pytest.mark.clause("CMP-01")
def test_the_history_of_customer_and_number_stands_beside_the_form(
    desk: Any, heard: Any, customer: Any, client_as: Any
) -> None:
    """Looked up without scripts: nothing typed is lost, and what one may not see is not told."""
    from kezhi_complaints.models import Complaint

    known = customer("K1")
    heard(customer_id=known, subject="上次迟到")
    heard(subject="同一电话来过", phone="13900017718")
    heard(subject="说的是她本人", customer_id=known, accused_id=desk.colleague.id)
    client = client_as("customer-service-agent")
    typed = {"customer": "客户", "phone": "0086 139-0001-7718", "course": "刚说到一半", "look": "1"}
    page = client.post("/complaints/new", data=typed)
    assert page.status_code == 200
    assert "刚说到一半" in page.text
    assert "指哪位客户？" in page.text
    assert 'value="K1"' in page.text, "offered by its name"
    assert "同一电话来过" in page.text
    page = client.post("/complaints/new", data={**typed, "pick": "K1"}).text
    assert "上次迟到" in page
    part = client.post("/complaints/lookup", data={"customer": "K1", "phone": ""}).text
    assert "上次迟到" in part
    assert "<html" not in part
    refused = client.post("/complaints/new", data={**typed, "look": None, "customer": "没有的", "subject": "x"})
    assert refused.status_code == 422
    assert "刚说到一半" in refused.text
    assert db.session.scalar(select(func.count()).select_from(Complaint.__table__)) == 3
