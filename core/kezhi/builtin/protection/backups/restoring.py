"""Restoring a backup into an empty place, and the proof that it is whole: every row, every content, the audit chain."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, inspect, text
from sqlalchemy.exc import DBAPIError

from kezhi import Refused, audit_record, clock, db, lifecycle, migrate, tables, writing
from kezhi.config import Config
from kezhi.db import make_engine
from kezhi.discover import discover
from kezhi.i18n import _
from kezhi.keys import load_keys
from kezhi.resolve import ordered
from kezhi.site import Site

from ...apps.setup import migrate_all
from .. import keyfile, ring
from . import manifests, sealed_files, snapshots
from .making import BLOBS, DATABASE, FILE_KEYS, LIST

BATCH = 500


def restore(
    config: Config, folder: Path, file_keys: Path | None = None, *, without_keys: bool = False
) -> dict[str, Any]:
    """Restore a backup to where ``config`` points: no data folder's contents, an empty database, the right key file.

    ``without_keys`` restores everything but the keys of files, which cannot be opened then. Answers what was found:
    ``blobs``, ``entries`` of the audit chain, ``problems`` (empty when all is well). Errors: ``Refused``; nothing is
    restored then.
    """
    manifest, mac = manifests.read(folder)
    load_keys(config.keys)
    manifests.check(manifest, mac, _key(config, manifest["database"]))
    keys_path = (file_keys or folder) / FILE_KEYS
    if not keys_path.exists() and not without_keys:
        raise Refused(
            _(
                "The file of the files' keys is not there: say with --file-keys where it is, or restore without it "
                "(--without-file-keys): files cannot be opened then."
            )
        )
    _check_empty(config, str(manifest["dialect"]))
    _check_parts(folder, keys_path if not without_keys else None, manifest)
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = config.data / ".blobs-restored"
    shutil.rmtree(part, ignore_errors=True)
    count = _copy_blobs(folder, part)
    with (
        sealed_files.opened(folder / DATABASE, manifest["database"], _key(config, manifest["database"])) as source,
        snapshots.archive_from(source) as archive,
    ):
        _load(config, archive, manifest)
    if (config.data / BLOBS).exists():
        (config.data / BLOBS).rmdir()
    part.rename(config.data / BLOBS)
    return {"blobs": count, **_finish(config, manifest, None if without_keys else keys_path)}


def _key(config: Config, entry: dict[str, Any]) -> bytes:
    found = keyfile.material(config.keys, ring.FILES, int(entry["key_version"]))
    if found is None:
        text = _("The key file %(path)s is older than the backup: version %(version)s of the keys is missing.",
                 path=str(config.keys), version=entry["key_version"])  # fmt: skip
        raise Refused(text)
    return found


def _check_empty(config: Config, dialect: str) -> None:
    if config.database_url.get_backend_name() != dialect:
        text = _("The backup is of %(one)s, the place to restore to is %(other)s.",
                 one=dialect, other=config.database_url.get_backend_name())  # fmt: skip
        raise Refused(text)
    full = Refused(_("The place to restore to is not empty. Give an empty data folder and an empty database."))
    blobs = config.data / BLOBS
    if blobs.exists() and any(blobs.iterdir()):
        raise full
    if dialect == "sqlite" and not Path(str(config.database_url.database)).exists():
        return
    engine = make_engine(config.database_url)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise full
    except DBAPIError as error:
        raise Refused(_("The database cannot be reached: %(why)s", why=str(error.orig))) from error
    finally:
        engine.dispose()


def _check_parts(folder: Path, keys_path: Path | None, manifest: dict[str, Any]) -> None:
    """Every part is as the manifest says, before anything is written."""
    parts = [(folder / DATABASE, manifest["database"]), (folder / LIST, manifest["blobs"]["list"])]
    if keys_path is not None:
        parts.append((keys_path, manifest["file_keys"]))
    for path, entry in parts:
        if not path.exists() or sealed_files.measure(path) != (entry["size"], entry["sha256"]):
            raise Refused(_("%(path)s is missing or was changed: this backup cannot be used.", path=str(path)))


def _copy_blobs(folder: Path, target: Path) -> int:
    count = 0
    for line in (folder / LIST).read_text(encoding="ascii").splitlines():
        name, size, sha256 = line.split(" ")
        place = target / name[:2] / name[2:4] / name
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = folder / BLOBS / name[:2] / name[2:4] / name
        if not source.exists() or sealed_files.copy(source, place) != (int(size), sha256):
            raise Refused(_("%(path)s is missing or was changed: this backup cannot be used.", path=str(source)))
        count += 1
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    return count


def _load(config: Config, archive: Any, manifest: dict[str, Any]) -> None:
    if manifest["dialect"] == "sqlite":
        path = Path(str(config.database_url.database))
        part = path.with_name(f".{path.name}-restored")
        part.unlink(missing_ok=True)
        snapshots.load_sqlite(archive, part)
        for left in ("-wal", "-shm"):  # of an empty file that a command made before
            path.with_name(path.name + left).unlink(missing_ok=True)
        part.replace(path)
        return
    candidates = discover()
    lacking = [name for name in manifest["revisions"] if name not in candidates and name != migrate.KERNEL]
    if lacking:
        raise Refused(_("Install these apps first, the backup has data of theirs: %(apps)s", apps=", ".join(lacking)))
    about = json.loads(archive.read("about.json"))
    engine = make_engine(config.database_url)
    try:
        with engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
            names = [name for name in manifest["revisions"] if name != migrate.KERNEL]
            for name in [migrate.KERNEL, *ordered(names, candidates)]:
                plugin = candidates[name].plugin if name != migrate.KERNEL else None
                where = plugin.folder("migrations") if plugin else migrate.kernel_folder()
                if where is not None and manifest["revisions"].get(name):
                    migrate.upgrade(connection, name, where, manifest["revisions"][name])
            snapshots.load_postgres(archive, about, connection.connection.driver_connection)
    finally:
        engine.dispose()


def _finish(config: Config, manifest: dict[str, Any], keys_path: Path | None) -> dict[str, Any]:
    """Bring the keys in, end what belongs to the time before, and prove that all is there."""
    from ...audit.services.verifying import verify_site
    from ...files import services as files

    site = Site(config)
    try:
        migrate_all(site)
        lifecycle.enable_builtins(site)
        with site.app.app_context():
            with writing() as session:
                if keys_path is not None:
                    _load_keys(session, keys_path, manifest, _key(config, manifest["file_keys"]))
                for table in (tables.session, tables.process):  # who had logged out must not be in again
                    session.execute(delete(table))
                gone = text("UPDATE files_blob SET destroyed_at = :now WHERE name = :name")
                for name in manifest["blobs"]["destroyed"]:
                    session.execute(gone, {"name": name, "now": clock.now().replace(tzinfo=None)})
                audit_record("backup.restore", "backup", manifest["id"], made_at=manifest["made_at"])
            verdict = verify_site()
            fault: Any = verdict.fault
            problems = [] if fault is None else [_("The audit chain does not hold at entry %(seq)s.", seq=fault.seq)]
            problems += [f"{name}: {what}" for name, what in files.verify(db.session())]
            return {"entries": verdict.entries, "problems": problems, "made_at": manifest["made_at"]}
    finally:
        site.close()


def _load_keys(session: Any, path: Path, manifest: dict[str, Any], key: bytes) -> None:
    insert = text("INSERT INTO files_key (blob, version, wrapped) VALUES (:blob, :version, :wrapped)")
    with sealed_files.opened(path, manifest["file_keys"], key) as source:
        rows = _rows(source)
        while batch := list(islice(rows, BATCH)):
            session.connection().execute(insert, batch)


def _rows(source: Any) -> Iterator[dict[str, Any]]:
    for line in source:
        blob, number, wrapped = json.loads(line)
        yield {"blob": blob, "version": number, "wrapped": bytes.fromhex(wrapped)}
