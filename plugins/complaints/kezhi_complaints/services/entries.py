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


def sql_title(entry: Any) -> Any:
    """The same in SQL, of the table or an alias of it."""
    return entry.c.zh if is_chinese() else case((entry.c.en != "", entry.c.en), else_=entry.c.zh)
