"""Where investigators look: the company's own list of sources (CRD-02)."""

from __future__ import annotations

import re
from typing import Any

from flask import g
from sqlalchemy import func, select, update

from kezhi import NotFound, Refused, audit_record, clock, db, localised
from kezhi.i18n import _

from ..models import Source

SOURCES: Any = Source.__table__
LONGEST_NAME, MOST = 40, 20
Row = dict[str, Any]


def all_sources() -> list[Row]:
    """Every source in its order, retired ones too; read once per request."""
    found: list[Row] | None = g.get("kezhi_credit_sources")
    if found is None:
        statement = select(SOURCES).order_by(SOURCES.c.position, SOURCES.c.id)
        found = [dict(row) for row in db.session.connection().execute(statement).mappings()]
        g.kezhi_credit_sources = found
    return found


def sources_in_use() -> list[Row]:
    """The sources that an investigation is asked about."""
    return [each for each in all_sources() if each["retired_at"] is None]


def source_title(key: str) -> str:
    """How the present language calls a source; the key of one that is not known."""
    row = next((each for each in all_sources() if each["key"] == key), None)
    return localised({"zh": row["zh"], "en": row["en"]}) if row else key


def source_by_id(source_id: int) -> Row:
    """A source. Errors: ``NotFound``."""
    for each in all_sources():
        if each["id"] == source_id:
            return each
    raise NotFound(_("There is no such source."))


def save_source(source_id: int | None, zh: str, en: str) -> int:
    """Add a source at the end of the list, or call one otherwise; its id. Errors: ``NotFound``; ``Refused``."""
    zh, en = " ".join(zh.split()), " ".join(en.split())
    if not zh:
        raise Refused(_("A source needs a Chinese name."), field="zh")
    others = [each for each in all_sources() if each["id"] != source_id]
    for name, text in (("zh", zh), ("en", en)):
        if len(text) > LONGEST_NAME:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NAME), field=name)
        if text and text.casefold() in {each[name].casefold() for each in others}:
            raise Refused(_("There is a source called “%(name)s” already.", name=text), field=name)
    if source_id is not None:
        source_by_id(source_id)
        db.session.execute(update(SOURCES).where(SOURCES.c.id == source_id).values(zh=zh, en=en))
        _changed("credit.source.change", source_id)
        return source_id
    if len(others) >= MOST:
        raise Refused(_("At most %(count)s sources: take one out of use first.", count=MOST), field="zh")
    stem = re.sub(r"[^a-z0-9]+", "_", en.casefold()).strip("_")[:30] or "source"
    taken = {each["key"] for each in others}
    key = next(name for name in (stem, *(f"{stem}_{n}" for n in range(2, MOST + 3))) if name not in taken)
    position = max((each["position"] for each in others), default=0) + 1
    made = Source(key=key, zh=zh, en=en, position=position)
    db.session.add(made)
    db.session.flush()
    _changed("credit.source.add", made.id)
    return made.id


def retire_source(source_id: int, retired: bool) -> None:
    """Ask about a source no more, or again; what it said stays. Errors: ``NotFound``; ``Refused`` for the last one."""
    source_by_id(source_id)
    if retired and not [each for each in sources_in_use() if each["id"] != source_id]:
        raise Refused(_("One source has to stay in use."))
    now = clock.now() if retired else None
    db.session.execute(update(SOURCES).where(SOURCES.c.id == source_id).values(retired_at=now))
    _changed("credit.source.retire" if retired else "credit.source.restore", source_id)


def count_sources() -> Any:
    """How many sources are in use, as a select."""
    return select(func.count()).select_from(SOURCES).where(SOURCES.c.retired_at.is_(None))


def _changed(action: str, source_id: int) -> None:
    g.pop("kezhi_credit_sources", None)
    db.session.expire_all()
    audit_record(action, "credit_source", source_id)
