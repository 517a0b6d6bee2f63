"""Purposes and states of keys in words."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from . import ring

PURPOSES: dict[str, Any] = {
    ring.FILES: lazy_pgettext("key", "Files"),
    ring.FIELDS: lazy_pgettext("key", "Fields"),
    ring.INDEX: lazy_pgettext("key", "Indexes of encrypted fields"),
}
STATES: dict[str, tuple[Any, str]] = {
    "active": (lazy_pgettext("key", "in force"), "green"),
    "old": (lazy_pgettext("key", "opens older data"), "blue"),
    "retired": (lazy_pgettext("key", "retired"), "gray"),
}
#: what can be switched off, in a sentence
WHAT: dict[str, Any] = {
    ring.FILES: _l("the encryption of files"),
    ring.FIELDS: _l("the encryption of personal, contact and credit fields"),
}


def purpose(key: str) -> str:
    """A purpose as people read it."""
    return str(PURPOSES.get(key, key))


def what(key: str) -> str:
    """What is encrypted for a purpose, as people read it."""
    return str(WHAT.get(key, key))
