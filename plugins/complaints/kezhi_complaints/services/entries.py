"""The company's lists of kinds, causes and channels: shipped by the migration, then edited (CMP-02, CMP-31)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from kezhi import db, localised
from kezhi.i18n import is_chinese

from ..models import Entry

ENTRIES: Any = Entry.__table__


def entries(name: str, *, retired: bool = False) -> list[dict[str, Any]]:
    """One list in its order, with ``title`` in the user's language; retired entries only when asked for."""
    statement = select(ENTRIES).where(ENTRIES.c.list == name).order_by(ENTRIES.c.position, ENTRIES.c.id)
    if not retired:
        statement = statement.where(ENTRIES.c.retired_at.is_(None))
    return [{**row, "title": title_of(row)} for row in db.session.execute(statement).mappings()]


def title_of(row: Any) -> str:
    """What an entry is called in the user's language."""
    return str(localised({"zh": row["zh"], "en": row["en"] or row["zh"]}))


def sql_title(entry: Any, *, chinese: bool | None = None) -> Any:
    """The same in SQL, of the table or an alias of it; in the language said, else the user's."""
    return (
        entry.c.zh
        if (is_chinese() if chinese is None else chinese)
        else case((entry.c.en != "", entry.c.en), else_=entry.c.zh)
    )


def tree(name: str, *, retired: bool = False) -> list[dict[str, Any]]:
    """One list with each entry followed by those below it, and ``depth`` from 0: one statement.

    An entry below one that is left out stands at the top.
    """
    rows = entries(name, retired=retired)
    known = {row["id"] for row in rows}
    below: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        below.setdefault(row["parent_id"] if row["parent_id"] in known else None, []).append(row)
    found: list[dict[str, Any]] = []
    waiting = [(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        found.append({**row, "depth": depth})
        waiting += [(each, depth + 1) for each in reversed(below.get(row["id"], []))]
    return found


def subtree(rows: list[dict[str, Any]], entry_id: int) -> list[int]:
    """The ids of an entry and of all below it, of ``rows`` as ``tree`` answers them."""
    found: list[int] = []
    top: int | None = None
    for row in rows:
        if row["id"] == entry_id:
            top = row["depth"]
        elif top is None or row["depth"] <= top:
            top = None
            continue
        found.append(row["id"])
    return found


def shown(row: Any) -> str:
    """An entry of a tree as an option: what stands below others is set in."""
    return "　" * int(row["depth"]) + str(row["title"])
