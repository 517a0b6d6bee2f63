"""The drill: a backup is restored into an empty place, and every row, every content and the audit chain are there."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from kezhi import Conflict, Refused, db, tables, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.files import services as files
from kezhi.builtin.files import storage
from kezhi.builtin.files.models import BlobKey, File
from kezhi.builtin.protection import services
from kezhi.builtin.protection.backups import holding, make, restore
from kezhi.cli import run
from kezhi.config import Config
from kezhi.site import Site
from kezhi.testing.databases import Databases

pytestmark = pytest.mark.services

MARKER = "只有备份里才有的内容".encode()
CONTENT = b"%PDF-1.7\n" + MARKER * 100


@pytest.fixture
def customer_id(app: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁"}).id)


def add(customer_id: int, content: bytes = CONTENT) -> int:
    upload = files.receive(io.BytesIO(content), "合同.pdf")
    with writing():
        return int(files.attach(upload, "customers", "customer", customer_id).id)


def elsewhere(databases: Databases, site: Site) -> Config:
    """An empty place with a copy of the key file."""
    config = databases.empty()
    config.data.mkdir(parents=True)
    shutil.copy(site.config.keys, config.keys)
    return config


def holds(folder: Path, needle: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


@pytest.mark.clause("CUS-11")
def test_a_restored_backup_has_every_row_every_content_and_the_audit_chain(
    databases: Databases, site: Site, customer_id: int, tmp_path: Path
) -> None:
    kept = [add(customer_id, CONTENT + bytes([number])) for number in range(3)]
    with writing():
        services.rotate()
    destroyed = add(customer_id)
    with writing():
        name = storage_name(destroyed)
        files.destroy_blob(name, "Retention is over")
    folder, apart = tmp_path / "backup", tmp_path / "keys"
    manifest = make(folder, apart)
    assert [path.name for path in apart.iterdir()] == ["file-keys.sealed"], "kept apart, for a shorter time"
    assert manifest["blobs"]["count"] == 3
    late = add(customer_id)
    assert holds(folder, MARKER) == [], "nothing in it is readable without the key file"
    assert holds(folder, "恒达钢铁".encode()) == []
    assert holds(folder, site.keys["files"].hex().encode()) == [], "which is not in it"
    counts = {table: count(table) for table in ("files_version", "customers_customer", "kezhi_number")}
    sequences = db.session.scalar(select(func.max(File.id)))
    assert isinstance(sequences, int)
    config = elsewhere(databases, site)
    found = restore(config, folder, apart)
    assert found["problems"] == []
    assert found["blobs"] == 3
    restored = Site(config)
    try:
        with restored.app.app_context():
            assert db.session.scalars(select(Customer.name)).all() == ["恒达钢铁"]
            assert [b"".join(files.open_download(each).pieces)[-1] for each in kept] == [0, 1, 2]
            with pytest.raises(Refused, match="was destroyed"):
                files.open_download(destroyed)
            with pytest.raises(Refused):
                files.open_download(late)
            assert count("files_version") == counts["files_version"] - 1
            assert count("kezhi_number") == counts["kezhi_number"]
            assert count("kezhi_session") == 0
            last = db.session.scalar(select(tables.audit_entry.c.action).order_by(tables.audit_entry.c.seq.desc()))
            assert last == "file.download", "work goes on"
            new = add(customer_id, CONTENT + b"new")
            assert new > max(kept), "numbers go on behind those of the backup"
            assert b"".join(files.open_download(new).pieces) == CONTENT + b"new"
    finally:
        databases.drop(restored)
    assert holding.last_done() is not None


def storage_name(file_id: int) -> str:
    return str(db.session.execute(text("SELECT blob FROM files_version WHERE file_id = :id"), {"id": file_id}).scalar())


def count(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


@pytest.mark.clause("CUS-11")
def test_without_the_keys_of_files_the_rest_is_restored(
    databases: Databases, site: Site, customer_id: int, tmp_path: Path
) -> None:
    file_id = add(customer_id)
    folder, apart = tmp_path / "backup", tmp_path / "keys"
    make(folder, apart)
    config = elsewhere(databases, site)
    with pytest.raises(Refused, match="--file-keys"):
        restore(config, folder)
    found = restore(config, folder, without_keys=True)
    assert found["problems"] == [f"{storage_name(file_id)}: keyless"]
    restored = Site(config)
    try:
        with restored.app.app_context():
            assert db.session.scalar(select(func.count()).select_from(BlobKey)) == 0
            with pytest.raises(Refused, match="key of this file is missing"):
                files.open_download(file_id)
    finally:
        databases.drop(restored)


def test_what_was_changed_or_does_not_fit_is_refused_and_nothing_is_restored(
    databases: Databases, site: Site, customer_id: int, tmp_path: Path
) -> None:
    add(customer_id)
    folder = tmp_path / "backup"
    with pytest.raises(Refused, match="no complete backup"):
        restore(site.config, folder)
    make(folder)
    with pytest.raises(Refused, match="not empty"):
        make(folder)
    with pytest.raises(Refused, match="not empty"):
        restore(site.config, folder)
    config = elsewhere(databases, site)
    right = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path, content in right.items():
        changed = (
            content.replace(b"sqlite", b"sqlitf").replace(b"postgresql", b"postgresqm").replace(b'"seq"', b'"sep"')
        )
        path.write_bytes(changed if path.name == "manifest.json" else content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(Refused):
            restore(config, folder)
        path.write_bytes(content)
    config.keys.write_text(json.dumps(json.loads(config.keys.read_text()) | {"files": "22" * 32}))
    with pytest.raises(Refused, match="key file is not the one"):
        restore(config, folder)
    with pytest.raises(Exception, match="empty: run|No such file|no such table|database is empty"):
        Site(config)
    shutil.copy(site.config.keys, config.keys)
    assert restore(config, folder)["problems"] == [], "once all is right it can be restored"
    databases.drop(Site(config))


def test_while_a_backup_is_made_no_bytes_are_removed(customer_id: int) -> None:
    file_id = add(customer_id)
    with writing():
        services.switch_off("files", "Trial")
    clear = add(customer_id)
    with writing():
        services.switch_on("files")
    before = set(storage.names())
    with holding.hold():
        with pytest.raises(Conflict), holding.hold():
            pass
        with writing():
            db.session.execute(text("DELETE FROM files_version WHERE file_id = :id"), {"id": file_id})
        assert files.sweep(grace=0) == 0
        assert services.renew() == {}
        assert before <= set(storage.names())
    files.sweep(grace=0)
    assert services.renew() == {"files.blobs": 1}
    assert len(list(storage.names())) == 1
    assert b"".join(files.open_download(clear).pieces) == CONTENT


def test_the_commands_back_up_and_restore(
    databases: Databases, site: Site, customer_id: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file_id = add(customer_id)
    folder = tmp_path / "backup"
    run(["backup", str(folder)], site.config)
    assert "1 file backed up." in capsys.readouterr().out
    config = elsewhere(databases, site)
    run(["restore", str(folder), "--json"], config)
    assert json.loads(capsys.readouterr().out)["blobs"] == 1
    restored = Site(config)
    try:
        with restored.app.app_context():
            assert b"".join(files.open_download(file_id).pieces) == CONTENT
    finally:
        databases.drop(restored)
