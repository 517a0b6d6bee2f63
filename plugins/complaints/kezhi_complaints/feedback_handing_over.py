"""Open feedback of somebody who leaves goes to others (ORG-01, CMP-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, update

from kezhi import bulk_write, clock, db, visible
from kezhi import lazy_gettext as _l

from .access import READ
from .models import OPEN, Feedback

FEEDBACK: Any = Feedback.__table__


def feedback_hand_over() -> Any:
    """Feedback that was given to a person."""
    from kezhi.builtin.handover.contributions import HandOver

    return HandOver("complaints.feedback", _l("Open feedback"), _feedback, _named, _give,
                    accepts=lambda user: user.can(READ), icon="chat-quote", order=44)  # fmt: skip


def _feedback(person: int) -> Select[Any]:
    c = FEEDBACK.c
    return select(c.id.label("record_id"), c.number.label("label")).where(c.owner_id == person, c.state == OPEN)


def _named(ids: Sequence[int]) -> Mapping[int, Any]:
    from kezhi.builtin.handover.contributions import Name

    c: Any = Feedback
    seen = db.session.execute(visible(Feedback).with_only_columns(c.id, c.number).where(c.id.in_(ids)))
    return {row.id: Name(row.number, "complaints.feedback", {"feedback_id": row.id}) for row in seen}


def _give(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    c = FEEDBACK.c
    bulk_write(
        update(FEEDBACK)
        .where(c.owner_id == person, c.state == OPEN, c.id.in_(ids))
        .values(owner_id=to, version=c.version + 1, updated_at=clock.now()),
        model=Feedback,
        change="update",
        keys=ids,
        action="feedback.hand_over",
    )
    db.session.expire_all()
    return []
