"""Uninstalling an app: what would go, its export, and the removal itself, once no process answers with it any more."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Engine, delete, inspect, select

from kezhi import Refused, clock, db, lifecycle, localised, tables
from kezhi.clock import database_now
from kezhi.discover import discover
from kezhi.i18n import gettext as _
from kezhi.site import Site

#: seconds that an uninstall waits for the processes that still answer with the app
LONGEST_WAIT = 60.0
ALIVE = timedelta(seconds=30)  #: a process that was silent for longer is gone


@dataclass(frozen=True, slots=True)
class Removal:
    """What uninstalling an app would take away, and what keeps it from being done."""

    name: str
    rows: dict[str, int]  #: per table
    problems: tuple[str, ...] = ()


def preview_uninstall(site: Site, name: str) -> Removal:
    """The tables of an app with their rows, counted now."""
    candidates = discover()
    with site.engine.connect() as connection:
        known = {row.name: row for row in connection.execute(select(tables.plugin))}
        rows = count_rows(connection, own_tables(connection, name)) if name in known else {}
    if name not in known:
        return Removal(name, {}, (_("“%(name)s” was never enabled: there is nothing to remove.", name=name),))
    if name in candidates and lifecycle.is_essential(candidates[name]):
        return Removal(name, rows, (_("“%(name)s” is part of the core and stays.", name=name),))
    needing = [localised(row.manifest.get("title")) or other for other, row in known.items()
               if name in row.manifest.get("depends", [])]  # fmt: skip
    if needing:
        text = _("Other apps need it and have data: uninstall these first: %(names)s.", names=", ".join(needing))
        return Removal(name, rows, (text,))
    return Removal(name, rows)


def uninstall(site: Site, name: str, *, wait: float = LONGEST_WAIT) -> Path:
    """Disable an app, export its rows, drop its tables and forget it; answers the export's file.

    Errors: ``Refused`` when something keeps it from being done, or a process still answers with it after ``wait``
    seconds. Then it is disabled at most and its data are all there.
    """
    removal = preview_uninstall(site, name)
    if removal.problems:
        raise Refused("; ".join(removal.problems))
    lifecycle.disable(site, name, lift=True)
    site.stand_aside()
    behind = others_behind(site.engine, site.read_generation(), wait)
    if behind:
        text = _("These processes still answer with “%(name)s”: %(ids)s. Its data are untouched; try again later.",
                 name=name, ids=", ".join(behind))  # fmt: skip
        raise Refused(text)
    path, counts = export(site, name)
    remove(site, name, counts, export=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def others_behind(engine: Engine, generation: int, limit: float) -> list[str]:
    """Wait until no living process answers with an older set than ``generation``; those that do after ``limit`` s."""
    process, deadline = tables.process, time.monotonic() + limit
    while True:
        with engine.connect() as connection:
            alive = process.c.seen_at > database_now(connection) - ALIVE
            behind = list(connection.scalars(select(process.c.id).where(alive, process.c.generation < generation)))
        if not behind or time.monotonic() > deadline:
            return behind
        time.sleep(0.2)


def export(site: Site, name: str) -> tuple[Path, dict[str, int]]:
    """Write all rows of an app into a zip file below the data folder: one JSON line per row, one file per table.

    Returns the file and the number of rows per table. The file is there whole or not at all.
    """
    folder = site.config.data / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%d-%H%M%S-%f")
    path, part = folder / f"{name}-{stamp}.zip", folder / f".{name}-{stamp}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    counts: dict[str, int] = {}
    with os.fdopen(handle, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed, site.engine.connect() as connection:
            for table in count_rows(connection, own_tables(connection, name)):
                counts[table] = 0
                with packed.open(f"{table}.jsonl", "w", force_zip64=True) as out:
                    for row in _rows(connection, table):
                        out.write((json.dumps(row, ensure_ascii=False, default=_plain) + "\n").encode())
                        counts[table] += 1
            about = {"plugin": name, "exported_at": clock.now().isoformat(), "rows": counts}
            packed.writestr("about.json", json.dumps(about, ensure_ascii=False, indent=2))
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    return path, counts


def _rows(connection: Connection, table: str) -> Iterator[dict[str, Any]]:
    result = connection.execution_options(yield_per=1000).exec_driver_sql(f'SELECT * FROM "{table}"')  # noqa: S608
    for row in result.mappings():
        yield dict(row)


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value.hex() if isinstance(value, (bytes, memoryview)) else str(value)


def own_tables(connection: Connection, name: str) -> list[str]:
    """The tables of a plugin, by their prefix, whether it can be loaded or not."""
    return sorted(table for table in inspect(connection).get_table_names() if table.startswith(f"{name}_"))


def remove(site: Site, name: str, counts: dict[str, int], **noted: Any) -> None:
    """Drop the tables of a disabled plugin with all that the core keeps of it. The rest of an uninstall comes before.

    ``counts`` are the rows per table that were shown and exported. Errors: ``Refused`` when it was enabled again or
    its rows changed since.
    """
    with lifecycle.changing(site.app):
        connection = db.session.connection()
        known = tables.plugin.c.name == name
        enabled = db.session.execute(select(tables.plugin.c.enabled).where(known)).scalar_one_or_none()
        if enabled is not False or count_rows(connection, own_tables(connection, name)) != counts:
            raise Refused(_("“%(name)s” was changed in the meantime. Nothing has been removed.", name=name))
        names = [f'"{table}"' for table in own_tables(connection, name)]
        for statement in [", ".join(names)] if connection.dialect.name == "postgresql" else names:
            if statement:
                connection.exec_driver_sql(f"DROP TABLE {statement}")
        for kept, column in (
            (tables.plugin, tables.plugin.c.name),
            (tables.failure, tables.failure.c.plugin),
            (tables.restricted, tables.restricted.c.plugin),
            (tables.setting, tables.setting.c.plugin),
        ):
            db.session.execute(delete(kept).where(column == name))
        db.session.execute(delete(tables.job).where(tables.job.c.job.startswith(f"{name}.", autoescape=True)))
        current_app.extensions["kezhi"].call.after_uninstall(plugin=name)
        lifecycle.raise_generation("plugin.uninstall", (name,), rows=counts, **noted)
    site.current_app()


def count_rows(connection: Connection, names: list[str]) -> dict[str, int]:
    """Rows per table; the table of migrations does not count."""
    wanted = [name for name in names if not name.endswith("_alembic_version")]
    return {name: int(connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()) for name in wanted}  # noqa: S608 - from the catalogue
