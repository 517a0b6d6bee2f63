"""The rows that plugins hide from people, kept by the core: they stay hidden while their plugin cannot load."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, delete, false, func, insert, literal, select

from .db import db
from .plugin import Plugin
from .tables import restricted as table


def follow() -> None:
    """Bring the kept ids in line with what each plugin hides now, inside the open write transaction."""
    for plugin in current_app.extensions["kezhi"].plugins.values():
        for name, hidden in differences(plugin):
            kept = _kept(plugin.name, name)
            db.session.execute(delete(table).where(kept, table.c.record_id.not_in(hidden)))
            ids = hidden.subquery()
            known = select(table.c.record_id).where(kept)
            new = select(literal(plugin.name), literal(name), ids.c[0]).where(ids.c[0].not_in(known)).distinct()
            db.session.execute(insert(table).from_select(["plugin", "table_name", "record_id"], new))


def differences(plugin: Plugin) -> list[tuple[str, Select[Any]]]:
    """The tables of ``plugin.restricts`` whose hidden rows can be told, each with the select of their ids."""
    hidden = plugin.hidden_rows() if plugin.restricts else {}
    return [(name, hidden[name]) for name in plugin.restricts if name in hidden]


def counts(plugins: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """How many rows each of ``plugins`` hides, by plugin and table."""
    statement = select(table.c.plugin, table.c.table_name, func.count()).where(table.c.plugin.in_(plugins))
    rows = db.session.execute(statement.group_by(table.c.plugin, table.c.table_name))
    return {(row[0], row[1]): row[2] for row in rows}


def withheld(name: str, key: Any, plugins: list[tuple[str, bool]]) -> list[ColumnElement[bool]]:
    """The predicates that hide rows of table ``name`` for plugins that cannot load: (plugin, whether it kept ids)."""
    return [
        key.not_in(select(table.c.record_id).where(_kept(plugin, name))) if kept else false()
        for plugin, kept in plugins
    ]


def _kept(plugin: str, name: str) -> ColumnElement[bool]:
    return and_(table.c.plugin == plugin, table.c.table_name == name)
