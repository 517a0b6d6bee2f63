"""Uploads and downloads as browsers do them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import db, writing
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.files import storage
from kezhi.builtin.files.models import File

from .files_made import PDF, bomb, png


@pytest.fixture
def customer_id(app: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁"}).id)


def address(customer_id: int) -> str:
    return f"/files/on/customers/customer/{customer_id}"


def send(client: Any, url: str, name: str, content: bytes, **more: str) -> Any:
    data = {"file": (io.BytesIO(content), name), "submission_key": "k1", **more}
    return client.post(url, data=data, content_type="multipart/form-data")


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(File)) or 0


@pytest.mark.clause("CUS-02")
def test_a_file_is_attached_on_the_customers_page_and_downloaded(client_as: Any, customer_id: int) -> None:
    client = client_as("customer-information-officer", locale="en")
    page = client.get(f"/customers/{customer_id}?tab=files").text
    assert 'enctype="multipart/form-data"' in page
    answer = send(client, address(customer_id), "报价 <final>.pdf", PDF, note="signed", back="1")
    assert answer.headers["Location"] == f"/customers/{customer_id}?tab=files"
    page = client.get(f"/customers/{customer_id}?tab=files").text
    assert "报价 _final_.pdf" in page
    assert "signed" in page
    answer = client.get("/files/1/download")
    assert answer.data == PDF
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(PDF))
    assert headers["Content-Disposition"].startswith('attachment; filename="__ _final_.pdf"; filename*=UTF-8')
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_versions_deletion_and_return(client_as: Any, customer_id: int) -> None:
    client = client_as("customer-information-officer", locale="en")
    send(client, address(customer_id), "a.pdf", PDF)
    answer = send(client, "/files/1/versions", "a.png", png(), submission_key="k2", seen="1")
    assert answer.status_code == 302
    assert send(client, "/files/1/versions", "b.png", png(), submission_key="k3", seen="1").status_code == 422
    assert client.get("/files/1/versions/1/download").data == PDF
    assert client.get("/files/1/download").data == png()
    assert client.get("/files/1/versions/7/download").status_code == 404
    assert client.post("/files/1/delete", data={"reason": ""}).status_code == 422
    assert client.post("/files/1/delete", data={"reason": "wrong"}).status_code == 302
    assert client.get("/files/1/download").status_code == 404
    page = client.get(address(customer_id)).text
    assert "Deleted files" in page
    assert "wrong" in page
    assert client.post("/files/1/restore").status_code == 302
    assert client.get("/files/1/download").data == png()


def test_a_form_that_is_sent_twice_makes_one_file(client_as: Any, customer_id: int) -> None:
    client = client_as("customer-information-officer")
    for _click in range(2):
        assert send(client, address(customer_id), "a.pdf", PDF).status_code == 302
    assert count() == 1
    assert len(list(storage.names())) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ" + b"\0" * 99),
        ("a.pdf", png()),
        ("a.html", b"<html>"),
        ("a.xlsx", bomb()),
        ("\0", PDF),
        ("..", PDF),
    ],
)
def test_what_is_refused_is_explained_and_leaves_nothing(
    client_as: Any, customer_id: int, name: str, content: bytes
) -> None:
    client = client_as("customer-information-officer", locale="en")
    answer = send(client, address(customer_id), name, content)
    assert answer.status_code == 422
    assert re.search(r'id="file-e">[^<]{10,}', answer.text)
    assert count() == 0
    assert [path for path in storage.folder().rglob("*") if path.is_file()] == []


def test_strangers_and_readers_get_404_for_what_they_may_not(client_as: Any, customer_id: int) -> None:
    send(client_as("customer-information-officer"), address(customer_id), "a.pdf", PDF)
    stranger, reader = client_as("salesperson"), client_as("finance")
    for url in (address(customer_id), "/files/1", "/files/1/download", "/files/1/versions/1/download"):
        assert stranger.get(url).status_code == 404, url
        assert reader.get(url).status_code == 200, url
    for client in (stranger, reader):
        assert send(client, address(customer_id), "b.pdf", PDF).status_code == 404
        assert send(client, "/files/1/versions", "b.pdf", PDF, seen="1").status_code == 404
        assert client.post("/files/1/delete", data={"reason": "x"}).status_code == 404
        assert client.post("/files/1/restore").status_code == 404
    assert 'type="file"' not in reader.get(f"/customers/{customer_id}?tab=files").text
    assert count() == 1
    for url in (
        "/files/on/customers/customer/999",
        "/files/on/nobody/customer/1",
        "/files/on/customers/x/1",
        "/files/9",
    ):
        assert reader.get(url).status_code == 404


def test_the_panel_and_page_speak_both_languages(client_as: Any, customer_id: int) -> None:
    for locale, words in (("zh", "附件"), ("en", "Files")):
        client = client_as("customer-information-officer", locale=locale)
        assert words in client.get(address(customer_id)).text
        assert words in client.get(f"/customers/{customer_id}?tab=files").text
