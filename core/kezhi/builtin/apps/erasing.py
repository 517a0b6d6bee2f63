"""What the exports of uninstalled apps say of a customer whose data is destroyed (CUS-10).

An export is a zip file of rows in the data folder. Rows of the customer are left out and its names crossed out, in a
new file that takes the place of the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import current_app

from kezhi import audit_record
from kezhi import lazy_gettext as _l


def places() -> list[Any]:
    """The files that uninstalling has left."""
    from ..destruction.contributions import Place

    return [Place("apps.exports", _l("Exports of uninstalled apps"), erase=_erase)]


def _erase(subject: Any) -> Mapping[str, int]:
    folder = current_app.extensions["kezhi"].config.data / "exports"
    changed = sum(_clean(path, subject) for path in sorted(folder.glob("*.zip"))) if folder.is_dir() else 0
    return {"exports": changed}


def _clean(path: Path, subject: Any) -> int:
    """How many rows were left out or changed. The file is the old or the new one, whole."""
    from ..destruction.services.wording import Wording

    wording = Wording(subject.traces, subject.whole)
    beside, changed = path.with_name(f".{path.name}.part"), 0
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as new:
        os.chmod(beside, 0o600)
        for name in old.namelist():
            with old.open(name) as source, new.open(name, "w", force_zip64=True) as out:
                for line in source:
                    kept = _kept(line, _key_of(name), subject, wording) if name.endswith(".jsonl") else line
                    changed += kept != line
                    out.write(kept)
    if not changed:
        beside.unlink()
        return 0
    with beside.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    beside.replace(path)
    audit_record("export.erase", "file", path.name, rows=changed, sha256=digest)
    return changed


def _key_of(name: str) -> str:
    """The column that says whose row it is, by the name of the file in the zip."""
    return "id" if name == "customers_customer.jsonl" else "customer_id"


def _kept(line: bytes, key: str, subject: Any, wording: Any) -> bytes:
    """A row as it may stay; nothing of one that belongs to the customer."""
    row = json.loads(line)
    if subject.is_whole_file and row.get(key) in subject.ids:
        return b""
    crossed = {name: _crossed(value, wording) for name, value in row.items()}
    return line if crossed == row else (json.dumps(crossed, ensure_ascii=False) + "\n").encode()


def _crossed(value: Any, wording: Any) -> Any:
    """A value of a column; a JSON column is the text of a JSON value in exports of SQLite."""
    if not isinstance(value, str) or not value.startswith(("{", "[")) or not wording.is_in(value, True):
        return wording.crossed(value)
    try:
        return json.dumps(wording.crossed(json.loads(value)), ensure_ascii=False)
    except ValueError:
        return wording.crossed(value)
