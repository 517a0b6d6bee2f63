"""Files at rest: sealed on their way to the disk, brought under new keys, destroyed for good (CUS-11)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import delete, select, update

from kezhi import Conflict, Refused, clock, db, set_setting, tables, writing
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.files import checks, services, storage
from kezhi.builtin.files.models import Blob, BlobKey, Version
from kezhi.builtin.files.services import keeping
from kezhi.builtin.protection import ring
from kezhi.builtin.protection import services as protection
from kezhi.builtin.protection.models import KeyVersion
from kezhi.site import Site

pytestmark = pytest.mark.services

MARKER = "恒达钢铁二〇二六年供货合同".encode()
CONTENT = b"%PDF-1.7\n" + MARKER * 5000


@pytest.fixture
def customer_id(app: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁"}).id)


def add(customer_id: int, content: bytes = CONTENT) -> int:
    upload = services.receive(io.BytesIO(content), "合同.pdf")
    with writing():
        return int(services.attach(upload, "customers", "customer", customer_id).id)


def content_of(file_id: int) -> bytes:
    return b"".join(services.open_download(file_id).pieces)


def blob_of(file_id: int) -> str:
    return str(db.session.scalars(select(Version.blob).where(Version.file_id == file_id)).one())


def versions() -> set[int]:
    return set(db.session.scalars(select(BlobKey.version)))


def in_the_clear(site: Site) -> list[Path]:
    files = [path for path in site.config.data.rglob("*") if path.is_file()]
    return [path for path in files if MARKER in path.read_bytes()]


def wrong(session_check: Any = checks.contents) -> list[str]:
    return [str(found.message) for found in session_check(db.session())]


def in_a_new_process() -> None:
    current_app.extensions.pop("kezhi_ring", None)
    ring.forget()


@pytest.mark.clause("CUS-11")
def test_an_uploaded_file_lies_nowhere_in_the_clear(site: Site, customer_id: int, client_as: Any) -> None:
    client = client_as("customer-information-clerk")
    page = f"/files/on/customers/customer/{customer_id}"
    data = {"file": (io.BytesIO(CONTENT * 10), "合同.pdf")}
    assert client.post(page, data=data, content_type="multipart/form-data").status_code == 302
    (file_id,) = db.session.scalars(select(Version.file_id))
    assert in_the_clear(site) == []
    assert client.get(f"/files/{file_id}/download").data == CONTENT * 10
    assert in_the_clear(site) == [], "neither does a download leave it"
    blob = db.session.get_one(Blob, blob_of(file_id))
    version = db.session.scalars(select(Version)).one()
    assert (version.size, blob.sealed) == (len(CONTENT) * 10, True)
    assert blob.size > version.size
    assert blob.sha256 != version.sha256, "both are known: of what was uploaded, and of what lies there"


@pytest.mark.clause("CUS-11")
def test_after_a_rotation_files_are_brought_under_the_new_key_and_stay_as_they_are(customer_id: int) -> None:
    files = [add(customer_id, CONTENT + bytes([number])) for number in range(5)]
    before = {name: storage.path_of(name).read_bytes() for name in storage.names()}
    assert versions() == {1}
    with writing():
        protection.rotate(("files",))
    late = add(customer_id)
    assert versions() == {1, 2}, "what is new is under the new key at once"
    with pytest.raises(Refused, match="5 pieces are still under this key"), writing():
        protection.retire("files", 1)
    assert content_of(files[0]) == CONTENT + b"\0", "readable before the job has run"
    assert protection.renew() == {"files.blobs": 5}
    assert protection.renew() == {}, "what is done twice is done once"
    assert versions() == {2}
    assert {name: storage.path_of(name).read_bytes() for name in before} == before, "only keys are wrapped anew"
    in_a_new_process()
    assert [content_of(each)[-1] for each in files] == [0, 1, 2, 3, 4]
    assert content_of(late) == CONTENT
    with pytest.raises(Refused, match="Backups of the last 90 days"), writing():
        protection.retire("files", 1)
    with writing():
        db.session.execute(update(KeyVersion).values(created_at=clock.now() - timedelta(days=91)))
        protection.retire("files", 1)
    with pytest.raises(Refused, match="in force"), writing():
        protection.retire("files", 2)
    assert content_of(files[0]) == CONTENT + b"\0"
    assert wrong() == []


@pytest.mark.clause("CUS-11")
def test_with_a_wrong_key_file_nothing_is_given_out_and_nothing_taken_in(site: Site, customer_id: int) -> None:
    file_id = add(customer_id)
    path = ring.path()
    right = path.read_text()
    path.write_text(json.dumps(json.loads(right) | {"files": "11" * 32}))
    in_a_new_process()
    names = list(storage.names())
    with pytest.raises(Refused, match="the key file of the system is not the right one. It is not lost"):
        services.open_download(file_id)
    with pytest.raises(ring.KeyProblem):
        services.receive(io.BytesIO(CONTENT), "b.pdf")
    with pytest.raises(ring.KeyProblem):
        protection.renew()
    assert list(storage.names()) == names
    assert storage.leftovers(0) == []
    assert wrong() == [], "that the key file is wrong is said once, not of every file"
    path.write_text(right)
    in_a_new_process()
    assert content_of(file_id) == CONTENT


def test_what_was_changed_on_the_disk_or_lost_its_key_is_refused_and_named(customer_id: int) -> None:
    changed, keyless, swapped, other = (add(customer_id, CONTENT + name) for name in (b"a", b"b", b"c", b"d"))
    target = storage.path_of(blob_of(changed))
    target.write_bytes(target.read_bytes()[:-1] + b"\0")
    with writing():
        db.session.execute(delete(BlobKey).where(BlobKey.blob == blob_of(keyless)))
        foreign = db.session.get_one(BlobKey, blob_of(other)).wrapped
        db.session.get_one(BlobKey, blob_of(swapped)).wrapped = foreign
    for file_id, reason in ((changed, "damaged"), (keyless, "key of this file is missing"), (swapped, "damaged")):
        with pytest.raises(Refused, match=reason):
            services.open_download(file_id)
    assert content_of(other) == CONTENT + b"d"
    assert dict(services.verify(db.session())) == {
        blob_of(changed): "changed",
        blob_of(keyless): "keyless",
        blob_of(swapped): "unreadable",
    }
    assert len(wrong()) == 3


@pytest.mark.clause("CUS-11")
def test_what_was_written_under_a_deviation_is_sealed_when_it_ends(site: Site, customer_id: int) -> None:
    sealed = add(customer_id)
    with writing():
        protection.switch_off("files", "Trial of a virus scanner on the server until Friday")
    clear = [add(customer_id, CONTENT + bytes([number])) for number in range(3)]
    assert len(in_the_clear(site)) == 3
    assert protection.renew() == {}, "a deviation is respected"
    assert content_of(sealed) == CONTENT, "what is sealed stays so and readable"
    lost = blob_of(clear[2])
    storage.path_of(lost).write_bytes(b"another")
    with writing():
        protection.switch_on("files")
    assert protection.renew() == {"files.blobs": 2}
    assert in_the_clear(site) == []
    assert [content_of(each)[-1] for each in clear[:2]] == [0, 1]
    assert dict(services.verify(db.session())) == {lost: "changed"}, (
        "what was damaged is not sealed as if it were right"
    )
    assert keeping.count() == {0: 1, 1: 3}
    assert len(list(storage.names())) == 4


@pytest.mark.clause("CUS-11")
def test_a_destroyed_content_cannot_be_opened_from_a_copy_of_its_bytes(customer_id: int) -> None:
    file_id, kept = add(customer_id), add(customer_id, CONTENT + b"2")
    name = blob_of(file_id)
    copy = storage.path_of(name).read_bytes()
    with pytest.raises(Refused, match="Say why"), writing():
        services.destroy_blob(name, " ")
    assert content_of(file_id) == CONTENT
    with writing():
        services.destroy_blob(name, "Retention is over; record 2026-07")
    assert not storage.exists(name)
    entry = tables.audit_entry.c
    noted = db.session.execute(select(entry.payload).where(entry.action == "file.destroy")).scalar_one()
    digest = db.session.scalars(select(Version.sha256).where(Version.file_id == file_id)).one()
    assert digest in str(noted)
    assert wrong() == [], "a tombstone is not a loss"
    storage.path_of(name).write_bytes(copy)  # somebody brings the bytes back
    with pytest.raises(Refused, match="was destroyed"):
        services.open_download(file_id)
    services.sweep(grace=0)
    assert not storage.exists(name)
    with pytest.raises(Conflict), writing():
        services.destroy_blob(name, "again")
    assert content_of(kept) == CONTENT + b"2"


def test_erasing_a_file_forgets_its_key(customer_id: int) -> None:
    file_id = add(customer_id)
    with writing():
        set_setting("files", "keep_deleted_days", 0)
        services.delete_file(file_id, "wrong customer")
    services.sweep(grace=0)
    assert versions() == set()
    assert list(storage.names()) == []
    with writing():
        db.session.add(BlobKey(blob="f" * 64, version=1, wrapped=b"x"))
    services.sweep(grace=0)
    assert versions() == set(), "nor does the key of a content that no job came for stay"
