"""A destroyed customer's complaints keep what happened when, and no word of it (CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from kezhi import announce, db
from kezhi import lazy_gettext as _l

from .models import Complaint, Event, Guidance, Hearing, Help, Investigation

COMPLAINTS: Any = Complaint.__table__
FOUND: Any = Investigation.__table__
#: the texts of the tables that hang on a complaint
TEXTS: dict[type, tuple[str, ...]] = {
    Event: ("note",),
    Investigation: ("facts", "gap"),
    Help: ("question", "reason", "answer"),
    Guidance: ("text", "answer"),
}


def places() -> list[Any]:
    """The history, the findings, what others said to them, and guidance."""
    from kezhi.builtin.destruction.contributions import Place

    covers = tuple(model.__table__.name for model in (*TEXTS, Hearing))  # type: ignore[attr-defined]
    return [Place("complaints.handling", _l("History and findings of complaints"), erase=_erase, covers=covers)]


def _erase(subject: Any) -> Mapping[str, int]:
    mine = select(COMPLAINTS.c.id).where(COMPLAINTS.c.customer_id.in_(subject.ids))
    counts: dict[str, int] = {}
    for model, names in TEXTS.items():
        table: Any = model.__table__  # type: ignore[attr-defined]
        _blank(model, table, table.c.complaint_id.in_(mine), names, counts)
    heard: Any = Hearing.__table__
    theirs = heard.c.investigation_id.in_(select(FOUND.c.id).where(FOUND.c.complaint_id.in_(mine)))
    _blank(Hearing, heard, theirs, ("name", "said"), counts)
    return counts


def _blank(model: type, table: Any, mine: Any, names: tuple[str, ...], counts: dict[str, int]) -> None:
    """Empty what is not empty yet of these rows; sealed texts can be asked whether they are empty."""
    for name in names:
        column = table.c[name]
        ids = list(db.session.scalars(select(table.c.id).where(mine, column != "")))
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            db.session.execute(update(table).where(table.c.id.in_(part)).values({name: ""}))
            announce(model, "update", part)
        counts[table.name] = counts.get(table.name, 0) + len(ids)
