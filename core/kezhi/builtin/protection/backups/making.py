"""Making a backup while the system works: the database first, then the contents, so that every row has its content."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import text

from kezhi import Refused, audit_record, clock, db, migrate, writing
from kezhi.i18n import _

from .. import ring
from . import holding, manifests, sealed_files, snapshots

DATABASE, FILE_KEYS, BLOBS, LIST = "database.sealed", "file-keys.sealed", "blobs", "blobs.txt"
BREATH = 60.0  #: seconds between two extensions of the hold


def make(
    folder: Path, file_keys: Path | None = None, tell: Callable[[int], None] = lambda _count: None
) -> dict[str, Any]:
    """Make a backup in an empty ``folder``; ``file_keys`` is where the files' keys go instead of into it.

    Answers the manifest. Errors: ``Refused`` when a folder is not empty, a key is missing, or a content that a row
    names is missing or changed: then there is no manifest, and what was written is no backup.
    """
    if wrong := ring.problems():
        raise Refused(wrong[0])
    ring.snapshot()
    db.session.rollback()
    for each in [folder, *([file_keys] if file_keys else [])]:
        _empty(each)
    keys_path = (file_keys or folder) / FILE_KEYS
    manifest: dict[str, Any] = {
        "id": secrets.token_hex(16),
        "made_at": clock.now().isoformat(),
        "kezhi": version("kezhi"),
        "dialect": db.session.get_bind().dialect.name,
        "database": {},
        "file_keys": {},
    }
    kernel = current_app.extensions["kezhi"]
    with holding.hold(), snapshots.snapshot(current_app.config["KEZHI_ENGINE"], kernel.config.data) as snapshot:
        manifest |= _state(snapshot)
        with sealed_files.sealed(keys_path, f"{manifest['id']} file keys", manifest["file_keys"]) as target:
            for blob, number, wrapped in snapshot.rows(snapshots.KEY_ROWS):
                target.write((json.dumps([blob, number, bytes(wrapped).hex()]) + "\n").encode())
        manifest["blobs"] = _copy_blobs(folder, list(snapshot.rows(snapshots.BLOBS)), tell)
        with (
            sealed_files.sealed(folder / DATABASE, f"{manifest['id']} database", manifest["database"]) as target,
            snapshots.archive_into(target) as archive,
        ):
            archive.writestr("about.json", json.dumps(snapshot.write(archive)))
    key = ring.key(ring.FILES, int(manifest["database"]["key_version"]))
    manifests.write(folder, manifest, key)
    with writing():
        audit_record("backup.make", "backup", manifest["id"], blobs=manifest["blobs"]["count"], kind="full")
        holding.note_done()
    return manifest


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Refused(
            _("The folder %(folder)s is not empty. Every backup gets a folder of its own.", folder=str(folder))
        )


def _state(snapshot: Any) -> dict[str, Any]:
    """How far the tables are, which apps there are, and the head of the audit chain, all of the same moment."""
    columns = "SELECT name, version, enabled FROM kezhi_plugin ORDER BY name"
    plugins = {name: {"version": number, "enabled": bool(on)} for name, number, on in snapshot.rows(columns)}
    (head,) = snapshot.rows("SELECT seq, hash FROM kezhi_audit_head")
    revisions = {}
    for name in [migrate.KERNEL, *plugins]:
        table = migrate.version_table(name)
        if _has(snapshot, table):
            found = list(snapshot.rows(f'SELECT version_num FROM "{table}"'))  # noqa: S608
            revisions[name] = found[0][0] if found else None
    return {"plugins": plugins, "revisions": revisions, "audit": {"seq": head[0], "hash": bytes(head[1]).hex()}}


def _has(snapshot: Any, table: str) -> bool:
    sqlite = f"SELECT 1 FROM sqlite_master WHERE name = '{table}'"  # noqa: S608 - our own names
    postgres = f"SELECT 1 WHERE to_regclass('{table}') IS NOT NULL"
    return bool(list(snapshot.rows(sqlite if isinstance(snapshot, snapshots.SqliteSnapshot) else postgres)))


def _copy_blobs(folder: Path, rows: list[Any], tell: Callable[[int], None]) -> dict[str, Any]:
    """Copy the contents that the snapshot names, each checked against its row on the way."""
    source = current_app.extensions["kezhi"].config.data / "blobs"
    destroyed, lines, total, breath = [], list[str](), 0, time.monotonic()
    for number, (name, size, sha256) in enumerate(rows, 1):
        target = folder / BLOBS / name[:2] / name[2:4] / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            found = sealed_files.copy(source / name[:2] / name[2:4] / name, target)
        except FileNotFoundError:
            if not _is_gone(name):
                raise Refused(_("The content %(name)s is missing: no backup. Run kezhi doctor.", name=name)) from None
            destroyed.append(name)
            continue
        if found != (size, sha256):
            raise Refused(_("The content %(name)s is not what was stored: no backup. Run kezhi doctor.", name=name))
        lines.append(f"{name} {size} {sha256}\n")
        total += size
        if time.monotonic() - breath > BREATH:
            holding.extend()
            breath = time.monotonic()
        tell(number)
    path = folder / LIST
    path.write_text("".join(lines), encoding="ascii")
    path.chmod(0o600)
    size, sha256 = sealed_files.measure(path)
    return {"count": len(lines), "size": total, "destroyed": destroyed, "list": {"size": size, "sha256": sha256}}


def _is_gone(name: str) -> bool:
    """Whether a content was destroyed after the moment that the backup is of."""
    db.session.rollback()
    there = text("SELECT 1 FROM files_blob WHERE name = :name AND destroyed_at IS NULL")
    return db.session.execute(there, {"name": name}).one_or_none() is None
