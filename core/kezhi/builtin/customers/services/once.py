"""What several parts of a customer's page ask for, read once: facts, panels and timeline do not know of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from kezhi import db

Found = TypeVar("Found")


def read_once(key: tuple[Any, ...], make: Callable[[], Found]) -> Found:
    """What ``make`` reads, read once in the open read transaction under this key; inside ``writing()`` each time.

    The key begins with the plugin's name, and holds all that the answer depends on. What is answered belongs to several
    readers: nobody may change it.
    """
    session = db.session()
    kept: tuple[Any, dict[Any, Any]] | None = session.info.get("customers_once")
    if kept is not None and kept[0] is session.get_transaction() and key in kept[1] and not session.info.get("writing"):
        found: Found = kept[1][key]
        return found
    found = make()
    if kept is None or kept[0] is not session.get_transaction():
        kept = session.info["customers_once"] = session.get_transaction(), {}
    kept[1][key] = found
    return found
