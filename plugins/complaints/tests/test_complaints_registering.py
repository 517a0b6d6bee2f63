"""A complaint is written down whole (CMP-01)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import NotFound, Refused, acting_as, clock, db, visible

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


@pytest.mark.clause("CMP-01")
def test_a_complaint_has_a_number_and_what_happened(desk: Any, heard: Any, customer: Any) -> None:
    from kezhi_complaints.models import REGISTERED, Complaint
    from kezhi_complaints.services import complaint_by_id, events_of

    month = clock.today().strftime("%Y%m")
    first, second = heard(customer_id=customer("K1")), heard(anonymous=True, complainant="", phone="")
    with acting_as(desk.agent):
        complaint = complaint_by_id(first)
        assert complaint.number == f"TS-{month}-0001"
        assert (complaint.complainant, complaint.state) == ("陆敏", REGISTERED)
        assert complaint_by_id(second).number == f"TS-{month}-0002"
        assert [event.kind for event in events_of(first)] == [REGISTERED]
        db.session.rollback()
    stored = db.session.execute(select(Complaint.__table__).where(Complaint.__table__.c.id == first)).mappings().one()
    assert stored["complainant"] == "陆敏"
    plain = db.session.connection().exec_driver_sql("SELECT complainant, course FROM complaints_complaint").all()
    assert not any("陆敏" in text or "现场清点" in text for row in plain for text in row), "sealed in the database"


@pytest.mark.clause("CMP-01")
@pytest.mark.parametrize(("given", "field"), [
    ({"complainant": ""}, "complainant"), ({"phone": " "}, "phone"), ({"subject": ""}, "subject"),
    ({"course": ""}, "course"), ({"kind_id": 0}, "kind"), ({"channel_id": None}, "channel"),
    ({"subject": "a" * 201}, "subject"), ({"customer_id": 4711}, "customer"),
])  # fmt: skip
def test_what_is_missing_is_asked_for_and_nothing_is_kept(heard: Any, given: Any, field: str) -> None:
    from kezhi_complaints.models import Complaint

    with pytest.raises(Refused) as refused:
        heard(**given)
    assert refused.value.field == field
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Complaint.__table__)) == 0
    assert db.session.connection().exec_driver_sql("SELECT count(*) FROM complaints_event").scalar() == 0


@pytest.mark.clause("CMP-10")
def test_nobody_sees_a_complaint_about_themself(desk: Any, heard: Any) -> None:
    from kezhi_complaints.models import Complaint, Event
    from kezhi_complaints.services import complaint_by_id

    for about in (desk.colleague, desk.manager):
        heard(accused_id=about.id, kind="rude")
        with acting_as(about):
            seen = db.session.scalars(visible(Complaint)).all()
            assert all(each.accused_id != about.id for each in seen)
            assert not db.session.scalars(select(Event).join(Complaint).where(Complaint.accused_id == about.id)).all()
            db.session.rollback()
    with acting_as(desk.colleague), pytest.raises(NotFound):
        complaint_by_id(1)
