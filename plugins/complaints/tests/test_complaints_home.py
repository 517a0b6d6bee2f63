"""How many complaints had a plan in time, on the first page (CMP-12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kezhi import acting_as, db, writing
from kezhi_complaints.home import figures

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.clause("CMP-12")
def test_the_first_page_says_how_many_had_a_plan_within_half_an_hour(
    app: Any, desk: Any, heard: Any, customer: Any, clock_at: Any
) -> None:
    from kezhi_complaints.models import PLANNED, Complaint
    from kezhi_complaints.services import add_event

    start = datetime(2026, 11, 24, 10, tzinfo=ZONE)
    clock_at(start)
    foreign = customer("K1")
    heard(received_at=start - timedelta(days=30))  # last month
    kept, late, running = (
        heard(customer_id=foreign, received_at=start - timedelta(minutes=before)) for before in (50, 40, 10)
    )
    with acting_as(desk.agent), writing():
        add_event(db.session.get_one(Complaint, kept), PLANNED, at=start - timedelta(minutes=25), note="补发")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        with acting_as(desk.manager):
            [found] = figures(desk.manager)
        assert (found.value, found.unit, found.note, found.tone) == ("50.0", "%", "1 of 2 this month", "bad")
        with acting_as(desk.seller):
            assert figures(desk.seller) == []  # none of them is about a customer of theirs
    db.session.rollback()
    assert len({kept, late, running}) == 3
