"""Clocks on pages, desks and the policy board (CMP-12, CMP-30)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kezhi import acting_as, db, writing

pytestmark = [pytest.mark.plugins("complaints")]

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.clause("CMP-30")
def test_the_head_of_service_promises_other_times(desk: Any, client_as: Callable[..., Any]) -> None:
    from kezhi_complaints.services.levels import level_of, versions_of

    client = client_as(login="service-manager")
    sent = {"version": "1", "plan": "15", "answer": "60", "respond": "120", "resolve": "240", "windows": "08:00–20:0x",
            "reason": "Faster"}  # fmt: skip
    answer = client.post("/complaints/levels/normal", data=sent)
    assert answer.status_code == 422
    assert "08:00–20:0x" in answer.get_data(as_text=True), "what was typed is kept"
    assert len(versions_of("normal")) == 1
    db.session.rollback()
    assert client.post("/complaints/levels/normal", data={**sent, "windows": "8-12, 13-20"}).status_code == 302
    assert level_of("normal")[1]["windows"] == [[480, 720], [780, 1200]]
    db.session.rollback()
    assert client.post("/complaints/levels/normal", data={**sent, "windows": "9-20"}).status_code == 422
    assert len(versions_of("normal")) == 2, "somebody was faster: nothing is stored"
    db.session.rollback()
    agent = client_as(login="agent")
    assert "08:00–12:00, 13:00–20:00" in agent.get("/complaints/levels").get_data(as_text=True)
    assert agent.get("/complaints/levels/normal").status_code == 404


@pytest.mark.clause("CMP-12")
def test_lists_desks_and_the_board_say_what_is_due(
    app: Any, desk: Any, heard: Any, client_as: Callable[..., Any], clock_at: Any
) -> None:
    from kezhi_complaints.clock_evidence import clock_evidence
    from kezhi_complaints.duties import to_accept
    from kezhi_complaints.models import PAUSED, PLANNED, Complaint
    from kezhi_complaints.services import add_event

    def at(time: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-24 {time}").replace(tzinfo=ZONE)

    clock_at(at("10:00"))
    first, second, third = (heard(subject=f"Number {number}", channel="other") for number in (1, 2, 3))
    with acting_as(desk.agent), writing():
        add_event(db.session.get_one(Complaint, second), PLANNED, at=at("10:10"))
        add_event(db.session.get_one(Complaint, third), PAUSED, at=at("10:10"))
    clock_at(at("10:31"))
    with app.test_request_context(), acting_as(desk.agent):
        assert [each.subject[-8:] for each in to_accept(desk.agent, 9)] == ["Number 1", "Number 2", "Number 3"]
        assert to_accept(desk.agent, 2)[0].due_at == at("10:30")
        assert to_accept(desk.seller, 9) == []
        db.session.rollback()
    ask = clock_evidence()[0].ask
    assert ask is not None
    asked = ask(at("10:31").date())
    numbers = [db.session.scalar(each) for each in (asked.records, asked.of, asked.breaches)]
    assert numbers == [1, 2, 1], "one plan in time of two that are over, one late and open; one waits"
    db.session.rollback()
    client = client_as(login="agent")
    shown = {
        key: {number for number in (1, 2, 3) if f"Number {number}" in client.get(address).get_data(as_text=True)}
        for key in ("overdue", "hour", "today", "running", "paused")
        for address in [f"/complaints?f.time_left={key}"]
    }
    assert shown == {"overdue": {1}, "hour": set(), "today": {1}, "running": {1, 2, 3}, "paused": {3}}
    page = client.get("/complaints?sort=time_left").get_data(as_text=True)
    assert page.index("Number 1") < page.index("Number 2") < page.index("Number 3")
    panel = client.get(f"/complaints/{first}").get_data(as_text=True)
    assert "超时 0:01" in panel or "Overdue 0:01" in panel
    assert client_as(login="seller").post(f"/complaints/{first}/demand", data={"demand": "enquiry"}).status_code == 404
    assert client.post(f"/complaints/{first}/demand", data={"demand": "enquiry"}).status_code == 302
    db.session.rollback()
