"""Looking for what must not be there: in every column of every table, and in every file of the data folder."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, MetaData, Table, Text, cast, select

from kezhi import db
from kezhi.site import Site


def tables_with(*markers: str) -> dict[str, list[str]]:
    """Which tables hold one of the markers, in any column, JSON included."""
    found: dict[str, list[str]] = {}
    reflected = MetaData()
    reflected.reflect(db.session.connection())
    for table in reflected.tables.values():
        for row in db.session.connection().execute(select(*_readable(table))):
            line = "\n".join(str(value) for value in row)
            for marker in markers:
                if marker in line or json.dumps(marker)[1:-1] in line:
                    found.setdefault(marker, []).append(table.name)
    db.session.rollback()
    return found


def _readable(table: Table) -> list[Any]:
    """The columns as text; bytes are keys and hashes, and stand in the file that is looked through as well."""
    return [cast(column, Text) for column in table.c if not isinstance(column.type, LargeBinary)]


def files_with(site: Site, *markers: str) -> dict[str, list[str]]:
    """Which files of the data folder hold one of the markers: SQLite's file and log, contents, whatever lies there."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(site.config.data).rglob("*")):
        for content in _contents(path):
            for marker in markers:
                if any(form.encode() in content for form in _forms(marker)):
                    found.setdefault(marker, []).append(path.name)
    return found


def _forms(marker: str) -> set[str]:
    """As it is, in JSON, and in JSON inside of JSON."""
    once = json.dumps(marker)[1:-1]
    return {marker, once, json.dumps(once)[1:-1]}


def _contents(path: Path) -> Iterator[bytes]:
    """A file as it lies there, and what is packed in it."""
    content = path.read_bytes() if path.is_file() else b""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
