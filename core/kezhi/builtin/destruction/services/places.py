"""The one registry of places: record links and what apps register beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import current_app
from sqlalchemy import func, select

from kezhi import PluginError, db
from kezhi.builtin.apps.record_links import StoredLink, links_to

from ..contributions import Place

TARGET = "customers_customer"


def places() -> list[tuple[str, Place]]:
    """The places of all enabled plugins, by plugin."""
    found = current_app.extensions["kezhi"].call.attributed.register_erasures()
    for plugin, place in found:
        if not place.key.startswith(f"{plugin}."):
            raise PluginError(plugin, f"place {place.key!r} must start with {plugin}.", stage="register_erasures")
    return sorted(found, key=lambda pair: (pair[0], pair[1].key))


def obstacles(ids: Sequence[int], today: date) -> dict[int, list[str]]:
    """Why which of these customers' files must not be destroyed yet."""
    found: dict[int, list[str]] = {}
    for _plugin, place in places():
        if place.blocks is not None and ids:
            for customer_id, why in place.blocks(ids, today).items():
                found.setdefault(customer_id, []).append(str(why))
    return found


def what_goes(ids: Sequence[int]) -> list[tuple[str, int]]:
    """What hangs on these customers, with the number of rows: one statement per link."""
    counts: dict[str, int] = {}
    for stored in links_to(TARGET):
        column = stored.table.c[stored.link.column]
        rows = db.session.scalar(select(func.count()).select_from(stored.table).where(column.in_(ids))) or 0
        if rows:
            counts[stored.label] = counts.get(stored.label, 0) + rows
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def outlives(stored: StoredLink) -> bool:
    """Whether rows stay when the record goes: what is kept for good points at it without a foreign key."""
    column = stored.table.c[stored.link.column]
    bound = any(key.column.table.name == TARGET for key in column.foreign_keys)
    return not bound and stored.link.delete in ("block", "keep")
