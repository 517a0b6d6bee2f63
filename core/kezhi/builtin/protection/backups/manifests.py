"""The manifest: what a backup consists of, under a keyed hash, so that nobody exchanges a part unnoticed."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from kezhi import Refused
from kezhi.i18n import _

NAME = "manifest.json"
FORMAT = 1


def write(folder: Path, manifest: dict[str, Any], key: bytes) -> None:
    """Write it last: a folder without one is no backup."""
    manifest = {"format": FORMAT, **manifest}
    content = json.dumps({"manifest": manifest, "mac": _mac(manifest, key)}, ensure_ascii=False, indent=2)
    part = folder / f".{NAME}"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(folder / NAME)


def read(folder: Path) -> tuple[dict[str, Any], str]:
    """The manifest and its keyed hash, not yet checked. Errors: ``Refused``."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        manifest: dict[str, Any] = content["manifest"]
        if manifest["format"] != FORMAT:
            raise Refused(_("This backup was made by a newer version of the program. Install that first."))
        return manifest, str(content["mac"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        text = _("%(folder)s holds no complete backup: its manifest is missing or damaged.", folder=str(folder))
        raise Refused(text) from error


def check(manifest: dict[str, Any], mac: str, key: bytes) -> None:
    """Errors: ``Refused`` when the manifest was changed or belongs to another key file."""
    if not hmac.compare_digest(_mac(manifest, key), mac):
        raise Refused(_("The manifest was changed, or the key file is not the one that the backup was made with."))


def _mac(manifest: dict[str, Any], key: bytes) -> str:
    derived = hmac.new(key, b"kezhi backup manifest", hashlib.sha256).digest()
    plain = json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return hmac.new(derived, plain, hashlib.sha256).hexdigest()
