"""Files on records: versions, deletion, merging, erasing, sweeping, verifying; on both databases."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text

from kezhi import Conflict, NotFound, Refused, acting_as, db, tables, writing
from kezhi.builtin.audit.services import first_bad_entry
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.customers.services.links import delete_customer, erase_customer
from kezhi.builtin.customers.services.merging import merge_customers
from kezhi.builtin.files import checks, services, storage
from kezhi.builtin.files.models import Blob, File, Version
from kezhi.builtin.files.services.access import record_of
from kezhi.jobs import run_pending
from kezhi.testing.databases import command

from .files_made import PDF, png

pytestmark = pytest.mark.services


@pytest.fixture
def customer_id(app: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁"}).id)


def add(customer_id: int, name: str = "合同.pdf", content: bytes = PDF) -> int:
    upload = services.receive(io.BytesIO(content), name)
    with writing():
        return int(services.attach(upload, "customers", "customer", customer_id).id)


def blobs() -> list[str]:
    return list(storage.names())


def content_of(file_id: int, number: int | None = None) -> bytes:
    return b"".join(services.open_download(file_id, number).pieces)


def last_entry() -> Any:
    entry = tables.audit_entry.c
    return db.session.execute(select(entry.action, entry.result, entry.object_id).order_by(entry.seq.desc())).first()


def test_a_file_is_kept_in_versions_and_every_download_is_on_record(customer_id: int) -> None:
    file_id = add(customer_id)
    newer = services.receive(io.BytesIO(png()), "合同.png")
    with writing():
        services.add_version(file_id, newer, 1, "signed")
    held = services.one_file(file_id)
    assert (held.version.number, held.version.name, held.version.note) == (2, "合同.png", "signed")
    assert [version.number for version in services.versions_of(held.file)] == [2, 1]
    assert (content_of(file_id), content_of(file_id, 1)) == (png(), PDF)
    assert last_entry() == ("file.download", "done", str(file_id))
    entry = tables.audit_entry.c
    payloads = list(db.session.scalars(select(entry.payload).where(entry.object_kind == "file")))
    assert not [payload for payload in payloads if "合同" in payload], "names are personal data"
    assert first_bad_entry(db.session(), db.session.get_bind() and _key()) is None


def _key() -> bytes:
    from flask import current_app

    return bytes(current_app.config["KEZHI_KEYS"]["audit"])


def test_two_people_who_replace_the_same_version_do_not_overwrite_each_other(customer_id: int) -> None:
    file_id = add(customer_id)
    first, second = (services.receive(io.BytesIO(PDF), f"{name}.pdf") for name in "ab")
    with writing():
        services.add_version(file_id, first, 1)
    with pytest.raises(Conflict), writing():
        services.add_version(file_id, second, 1)
    assert services.one_file(file_id).version.name == "a.pdf"


def test_whoever_does_not_see_the_record_does_not_see_its_files(customer_id: int, add_person: Any) -> None:
    file_id = add(customer_id)
    reader, stranger = add_person("reader", "finance"), add_person("stranger", "salesperson")
    with acting_as(reader):
        assert content_of(file_id) == PDF
        for attempt in (lambda: services.delete_file(file_id, "x"), lambda: add(customer_id)):
            with pytest.raises(NotFound), writing():
                attempt()
    with acting_as(stranger):
        assert services.files_of("customers", "customer", customer_id) == []
        assert db.session.scalar(select(func.count()).select_from(File)) == 0, "the net"
        assert db.session.scalar(select(func.count()).select_from(Version)) == 0
        with pytest.raises(NotFound):
            services.open_download(file_id)
        assert last_entry() == ("file.download", "refused", str(file_id))
        for number in (None, 2):
            with pytest.raises(NotFound):
                services.open_download(99, number)
    assert last_entry() == ("file.download", "refused", str(file_id)), "of what does not exist nothing is noted"


def test_a_deleted_file_can_be_brought_back_until_it_is_swept(customer_id: int, clock_at: Any) -> None:
    kept, gone = add(customer_id), add(customer_id)
    with pytest.raises(Refused), writing():
        services.delete_file(gone, "  ")
    with writing():
        services.delete_file(gone, "wrong customer")
    assert [held.file.id for held in services.files_of("customers", "customer", customer_id)] == [kept]
    with pytest.raises(NotFound):
        services.open_download(gone)
    with pytest.raises(Refused), writing():
        services.add_version(gone, services.receive(io.BytesIO(PDF), "b.pdf"), 1)
    with writing():
        services.restore_file(gone)
    assert content_of(gone) == PDF
    with writing():
        services.delete_file(gone, "wrong customer")
    services.sweep()
    assert services.one_file(gone).file.deleted_reason == "wrong customer"
    clock_at(datetime(2126, 1, 1, tzinfo=UTC))
    services.sweep()
    with pytest.raises(NotFound):
        services.one_file(gone)
    assert content_of(kept) == PDF


def test_merging_takes_the_files_along(customer_id: int) -> None:
    with writing():
        other = int(create_customer({"code": "K002", "name": "恒达"}).id)
    file_id = add(other)
    with writing():
        merge_customers(customer_id, other)
    (held,) = services.files_of("customers", "customer", customer_id)
    assert (held.file.id, record_of(held.file)) == (file_id, customer_id)
    assert content_of(file_id) == PDF


def test_erasing_a_customer_removes_the_bytes_for_good(customer_id: int, site: Any) -> None:
    with writing():
        other = int(create_customer({"code": "K002", "name": "恒远"}).id)
    kept = add(other)
    file_id = add(customer_id)
    (before,) = db.session.scalars(select(Version.blob).where(Version.file_id == file_id))
    db.session.rollback()
    with writing():
        erase_customer(customer_id)
    run_pending(site, "here")
    assert not storage.exists(before)
    assert db.session.scalar(select(func.count()).select_from(Blob)) == 1
    assert content_of(kept) == PDF


def test_deleting_a_customer_takes_its_files_away(customer_id: int) -> None:
    add(customer_id)
    with writing():
        delete_customer(customer_id)
    services.sweep()
    assert blobs() == []


def test_the_sweep_removes_what_belongs_to_nobody_after_a_day_and_nothing_else(customer_id: int) -> None:
    file_id = add(customer_id)
    orphan = services.receive(io.BytesIO(png()), "a.png").blob
    left = storage.write(io.BytesIO(b"half"), 100).path
    services.sweep()
    assert storage.exists(orphan), "an upload under way is left alone"
    old = time.time() - 25 * 3600
    for path in (storage.path_of(orphan), left, *[storage.path_of(name) for name in blobs()]):
        os.utime(path, (old, old))
    assert services.orphans(db.session()) == [orphan]
    assert [finding.level for finding in checks.strays(db.session())] == ["advice"]
    db.session.rollback()
    assert services.sweep() == 1
    assert not storage.exists(orphan)
    assert not left.exists()
    assert content_of(file_id) == PDF
    assert checks.strays(db.session()) == []


def test_missing_and_changed_content_is_found(customer_id: int, site: Any) -> None:
    first, second, third = (add(customer_id, f"{name}.pdf") for name in "abc")
    assert command(site, "files", "verify").returncode == 0
    names = {
        file_id: db.session.scalars(select(Version.blob).where(Version.file_id == file_id)).one()
        for file_id in (first, second, third)
    }
    storage.path_of(names[first]).unlink()
    target = storage.path_of(names[second])
    target.write_bytes(target.read_bytes()[:-1] + b"x")
    found = dict(services.verify(db.session()))
    assert found == {names[first]: "missing", names[second]: "changed"}
    assert len(checks.contents(db.session())) == 2
    done = command(site, "files", "verify")
    assert done.returncode == 1
    assert names[first] in done.stderr
    with pytest.raises(Refused):
        services.open_download(first)
    assert last_entry() == ("file.download", "failed", str(first))


def test_the_list_command_shows_what_there_is(customer_id: int, site: Any) -> None:
    add(customer_id)
    done = command(site, "files", "list", "--json", "--plugin", "customers", "--record", str(customer_id))
    assert '"name": "合同.pdf"' in done.stdout, done.stderr
    assert command(site, "files", "list", "--plugin", "nobody").stdout.strip() == ""
    assert "合同.pdf" in command(site, "files", "list").stdout


def test_files_of_an_uninstalled_plugin_go(customer_id: int) -> None:
    file_id = add(customer_id)
    with writing() as session:
        session.execute(text("UPDATE files_file SET plugin = 'visits' WHERE id = :id"), {"id": file_id})
    with pytest.raises(NotFound):
        services.one_file(file_id)
    from flask import current_app

    with writing():
        current_app.extensions["kezhi"].call.after_uninstall(plugin="visits")
    services.sweep()
    assert blobs() == []


def test_lists_take_the_same_number_of_statements_for_any_number_of_files(customer_id: int, statements: Any) -> None:
    counts = []
    for _round in range(2):
        add(customer_id)
        with statements() as counted:
            services.files_of("customers", "customer", customer_id)
        counts.append(counted.count)
    assert counts == [1, 1]
