"""The public page: only by its address, counted, and it tells a number and nothing else (CMP-01)."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.mark.clause("CMP-01")
def test_whoever_has_the_address_enters_a_complaint(app: Any, desk: Any, client_as: Any, customer: Any) -> None:
    from kezhi.builtin.files.models import File
    from kezhi.builtin.tasks.models import Notice
    from kezhi_complaints.models import Complaint, Event
    from kezhi_complaints.services.public import FROM_ONE
    from kezhi_complaints.telling import FROM_WEB

    customer("K1")
    anybody = app.test_client()
    assert anybody.get("/complaints/public/anything").status_code == 404, "off until somebody makes the address"
    keeper = client_as("customer-service-manager")
    made = keeper.post("/complaints/public-page", data={"what": "make"}).text
    path = re.search(r"/complaints/public/[\w-]+", made)
    assert path is not None
    address = path[0]
    stored = db.session.connection().exec_driver_sql("SELECT code_hash FROM complaints_public_link").scalar_one()
    assert stored not in address
    assert address.rpartition("/")[2] not in stored
    db.session.rollback()
    page = anybody.get(address)
    assert page.status_code == 200
    assert "K1" not in page.text
    kind = re.search(r'<option value="(\d+)">', page.text)
    assert kind is not None
    sent = {"complainant": "任杰", "phone": "13900010962", "company": "客户 K1", "kind": kind[1], "subject": "无人回复",
            "course": "留言三天无人回复"}  # fmt: skip
    wrong = anybody.post(address, data={**sent, "phone": ""})
    assert wrong.status_code == 422
    assert "留言三天无人回复" in wrong.text, "nothing typed is lost"
    assert anybody.post(address, data={**sent, "files": (io.BytesIO(b"MZ\0\0"), "照片.png")}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Complaint.__table__)) == 0
    db.session.rollback()
    done = anybody.post(address, data={**sent, "files": (io.BytesIO(PICTURE), "照片.png")})
    assert done.status_code == 200
    assert re.search(r"TS-\d{6}-0001", done.text)
    table = Complaint.__table__
    row = db.session.execute(select(table.c.id, table.c.customer_id, table.c.received_by_id)).one()
    assert (row.customer_id, row.received_by_id) == (None, None), "recognised by nobody, written down by the system"
    event = db.session.execute(select(Event.__table__.c.kind, Event.__table__.c.by_id)).one()
    assert (event.kind, event.by_id) == ("registered", None)
    assert db.session.scalar(select(func.count()).select_from(File.__table__)) == 1
    desks = {desk.agent.id, desk.colleague.id, desk.manager.id}
    assert desks <= set(db.session.scalars(select(Notice.user_id).where(Notice.kind == FROM_WEB)))
    db.session.rollback()
    answers = [anybody.post(address, data=sent).status_code for _place in range(FROM_ONE)]
    assert answers[-1] == 422, "too many from one address"
    assert answers.count(200) == FROM_ONE - 2, "the refused upload counted too"
    keeper.post("/complaints/public-page", data={"what": "make"})
    assert anybody.get(address).status_code == 404, "a new address ends the one before"
    keeper.post("/complaints/public-page", data={"what": "end"})
    assert (
        not db.session.connection()
        .exec_driver_sql("SELECT count(*) FROM complaints_public_link WHERE ended_at IS NULL")
        .scalar()
    )


def test_the_limit_is_kept_by_the_hour(app: Any) -> None:
    from kezhi import Refused
    from kezhi_complaints.models import PublicUse
    from kezhi_complaints.services.public import FROM_ONE, count_use

    for _place in range(FROM_ONE):
        count_use("10.0.0.1")
    with pytest.raises(Refused):
        count_use("10.0.0.1")
    count_use("10.0.0.2")
    plain = db.session.connection().exec_driver_sql("SELECT whence FROM complaints_public_use").scalars().all()
    assert not any("10.0" in text for text in plain), "addresses are kept as blind indexes"
    with writing():
        db.session.execute(PublicUse.__table__.delete())
