"""The versions of keys in the key file, beside its first keys.

Version 1 of each purpose is derived from the key ``files`` that every key file has; later versions are random and stand
under ``ring``. They owe nothing to the first one: whoever has an old copy of the key file cannot open what came later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from kezhi import Refused
from kezhi.i18n import _
from kezhi.keys import load_keys

RING = "ring"
SIZE = 32  #: bytes of a key
LITTER = 600.0  #: seconds after which nobody is writing any more


def material(path: Path, purpose: str, version: int) -> bytes | None:
    """A key as the file has it now; None when it has none. Errors: ``ConfigurationError`` for a damaged file."""
    if version == 1:
        return _derived(load_keys(path)["files"], f"kezhi {purpose} 1")
    found = _read(path).get(RING, {}).get(purpose, {}).get(str(version))
    return bytes.fromhex(found) if isinstance(found, str) else None


def ensure(path: Path, purpose: str, version: int) -> bytes:
    """A key, made and written for good if the file has none yet. Errors: ``Refused`` when it cannot be written."""
    known = material(path, purpose, version)
    if known is not None:
        return known  # made by an attempt that was cut off, or brought in beforehand
    content = _read(path)
    made = secrets.token_bytes(SIZE)
    content.setdefault(RING, {}).setdefault(purpose, {})[str(version)] = made.hex()
    _replace(path, content)
    return made


def erase(path: Path, purpose: str, version: int) -> None:
    """Take a key out of the file. Version 1 is derived and stays. Errors: ``Refused`` when it cannot be written."""
    content = _read(path)
    if content.get(RING, {}).get(purpose, {}).pop(str(version), None) is not None:
        _replace(path, content)


def check_value(key: bytes) -> str:
    """What the right key makes of a constant; says nothing about the key."""
    return hmac.new(key, b"kezhi key check", hashlib.sha256).hexdigest()


def _derived(root: bytes, info: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), SIZE, salt=None, info=info.encode()).derive(root)


def _read(path: Path) -> dict[str, Any]:
    load_keys(path)  # says what is wrong with it
    content: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    return content


def _clear_away(path: Path) -> None:
    """Remove what writers that were killed have left beside the file: it holds keys."""
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - LITTER:
                left.unlink()


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Write the file anew beside itself, then put it in its place: whoever reads has the old or the new one, whole."""
    path = path.resolve()  # a link to where the secrets are kept stays a link
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _clear_away(path)
    try:
        before = path.stat()
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown") and os.geteuid() == 0:  # a root shell must not lock out the service's own account
            os.chown(beside, before.st_uid, before.st_gid)
        os.replace(beside, path)
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(path.parent, os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        beside.unlink(missing_ok=True)
        message = _("The key file %(path)s cannot be written here: %(why)s.", path=str(path), why=error.strerror or "")
        raise Refused(message) from error
