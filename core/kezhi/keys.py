"""The key file: secrets that never stand in the database or in its backup (mode 600)."""

from __future__ import annotations

import json
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
