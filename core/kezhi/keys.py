"""The key file: secrets that never stand in the database or in its backup (mode 600)."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from .errors import ConfigurationError

NAMES = ("audit", "session", "settings", "files")


def load_keys(path: Path) -> dict[str, bytes]:
    """Read the keys. Errors: ``ConfigurationError`` when the file is absent or incomplete."""
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        keys = {name: bytes.fromhex(content[name]) for name in NAMES}
    except FileNotFoundError as error:
        raise ConfigurationError(f"no key file at {path}: run 'kezhi init', or set KEZHI_KEYS") from error
    except (ValueError, KeyError) as error:
        raise ConfigurationError(f"the key file {path} is damaged; restore it from your copy") from error
    return keys


def create_keys(path: Path) -> dict[str, bytes]:
    """Make the key file if there is none, and return the keys in force."""
    if path.exists():
        return load_keys(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {name: secrets.token_hex(32) for name in NAMES}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    return load_keys(path)
