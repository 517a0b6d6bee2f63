"""The links of plugins to records, as they are kept: whoever merges, erases, hands over or deletes records reads them.

It does not matter whether the plugin runs, is disabled, is broken or is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import MetaData, Table, select

from kezhi import RecordLink, db, localised
from kezhi.tables import plugin


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A kept link and its table as it stands in the database; ``label`` is in the user's language."""

    plugin: str
    link: RecordLink
    table: Table
    label: str


def links_to(target: str) -> list[StoredLink]:
    """The links of all plugins to ``target`` whose tables exist, in the order of their plugins' names."""
    rows = db.session.execute(select(plugin.c.name, plugin.c.manifest).order_by(plugin.c.name)).all()
    kept = [(row.name, RecordLink(**given)) for row in rows for given in row.manifest.get("links", [])]
    wanted = [(name, link) for name, link in kept if link.target == target]
    names = frozenset(link.table for _, link in wanted)
    # tables come, change and go with a new generation of apps, and so does what an app keeps
    tables = current_app.extensions["kezhi"].host.kept("apps.linked_tables", names, lambda: _reflected(names))
    return [
        StoredLink(name, link, tables[link.table], localised(link.label))
        for name, link in wanted
        if link.table in tables
    ]


def _reflected(names: frozenset[str]) -> Mapping[str, Table]:
    """The tables of these names as they stand in the database, as far as they are there."""
    reflected, connection = MetaData(), db.session.connection()
    if names:  # PostgreSQL answers for all tables at once, and several times for each one alone
        at_once = connection.dialect.name == "postgresql"
        reflected.reflect(connection, only=lambda name, _: at_once or name in names)
    return reflected.tables
