"""The page of protection: what is encrypted, under which keys, what is not and why (CUS-11)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import db, set_setting, writing
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.files import services as files
from kezhi.builtin.protection import ring, services
from kezhi.builtin.protection.models import Deviation
from kezhi.builtin.protection.temporaries import MaskedRequest
from kezhi.jobs import run_pending
from kezhi.site import Site

pytestmark = pytest.mark.services


@pytest.mark.clause("CUS-11")
def test_the_administrator_sees_what_is_encrypted_and_ends_a_deviation(
    site: Site, app: Any, client_as: Any, statements: Any
) -> None:
    administrator, other = client_as("administrator"), client_as("general-manager")
    assert app.request_class is MaskedRequest
    assert other.get("/protection").status_code == 404
    assert other.post("/protection/off/files", data={"reason": "because"}).status_code == 404
    assert services.deviations() == []
    assert "未声明" in administrator.get("/protection").text
    refused = administrator.post("/protection/off/files", data={"reason": " "})
    assert refused.status_code == 422
    assert ring.is_on("files")
    assert administrator.get("/protection/off/nothing").status_code == 404
    reason = "The virus scanner reads the folder until Friday"
    assert administrator.post("/protection/off/files", data={"reason": reason}).status_code == 302
    row = db.session.scalars(select(Deviation)).one()
    assert (row.started_by, row.reason) == ("administrator-user", reason)
    with writing():
        ring.forget()
        set_setting("protection", "storage", "disk")
        set_setting("protection", "storage_note", "LUKS, key with IT")
        customer = create_customer({"code": "K001", "name": "恒达钢铁"}).id
    upload = files.receive(io.BytesIO(b"%PDF-1.7 x"), "a.pdf")
    with writing():
        files.attach(upload, "customers", "customer", customer)
    page = administrator.get("/protection").text
    assert reason in page
    assert "LUKS, key with IT" in page
    assert "未声明" not in page
    assert administrator.get("/protection/off/files").status_code == 404, "it is off"
    assert administrator.post("/protection/on/files").status_code == 302
    assert administrator.post("/protection/on/files").status_code == 302, "twice does no harm"
    run_pending(site)
    ring.forget()
    (standing,) = [each for each in services.standing() if each.use.key == "files.blobs"]
    assert (standing.total, standing.clear, standing.waiting) == (1, 0, 0)
    with writing():
        services.rotate()
    assert administrator.post("/protection/renew").status_code == 302
    with statements() as few:
        page = administrator.get("/protection").text
    assert reason in page, "a deviation stays on record"
    run_pending(site)
    with writing():
        services.rotate()
    with statements() as many:
        administrator.get("/protection")
    assert many.count <= few.count, "as many statements, however many keys and deviations"
