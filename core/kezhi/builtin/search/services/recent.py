"""What a person opened last: a few records, each once, shown as long as they may be seen."""

from __future__ import annotations

import logging
from typing import Any

from flask import request
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import acting_user, clock, db, writing

from ..contributions import SearchKind
from ..models import Recent
from .finding import Hit, hits_of
from .kinds import every_kind, kinds_of

log = logging.getLogger("kezhi.search")

SHOWN = 10
KEPT = 20  #: more than are shown: some may not be seen any more
recent = Recent.__table__


def recent_hits(limit: int = SHOWN) -> list[Hit]:
    """What the acting person opened last and still may see, the newest first."""
    user = acting_user()
    if user.id is None:
        return []
    mine = select(recent.c.kind, recent.c.record_id).where(recent.c.user_id == user.id)
    rows = [(row.kind, row.record_id) for row in db.session.execute(mine.order_by(recent.c.at.desc()).limit(KEPT))]
    found: dict[tuple[str, int], Hit] = {}
    for key, kind in kinds_of(user).items():
        ids = [record for its, record in rows if its == key]
        if ids:
            found |= {(key, hit.id): hit for hit in _seen(kind, ids)}
    return [found[row] for row in rows if row in found][:limit]


def _seen(kind: SearchKind, ids: list[int]) -> list[Hit]:
    try:
        return hits_of(kind, kind.record_id.in_(ids), KEPT)
    except Exception:
        log.exception("search: %s cannot be shown", kind.key)
        db.session.rollback()
        return []


def opened_record() -> tuple[str, int] | None:
    """The kind and id of the record whose page this request shows."""
    endpoint = request.endpoint
    for key, kind in every_kind().items():
        if kind.endpoint == endpoint and acting_user().can(kind.permission):
            value = (request.view_args or {}).get(kind.argument)
            return (key, value) if isinstance(value, int) else None
    return None


def note_opened(key: str, record_id: int) -> None:
    """Keep that the acting person opened a record, in a transaction of its own; nothing when it is the newest one."""
    user = acting_user()
    if user.id is None:
        return
    mine = recent.c.user_id == user.id
    order = (recent.c.at.desc(), recent.c.kind, recent.c.record_id)
    newest = db.session.execute(select(recent.c.kind, recent.c.record_id).where(mine).order_by(*order).limit(1)).first()
    if newest is not None and tuple(newest) == (key, record_id):
        return
    with writing() as session:
        dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        row = {"user_id": user.id, "kind": key, "record_id": record_id, "at": clock.now()}
        kept = dialect.insert(recent).values(row)
        session.execute(
            kept.on_conflict_do_update(index_elements=["user_id", "kind", "record_id"], set_={"at": row["at"]})
        )
        oldest = session.scalar(select(recent.c.at).where(mine).order_by(*order).offset(KEPT - 1).limit(1))
        if oldest is not None:
            session.execute(delete(recent).where(mine, recent.c.at < oldest))
