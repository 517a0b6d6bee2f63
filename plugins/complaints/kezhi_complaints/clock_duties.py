"""Complaints whose clocks run stand on their handler's desk, the most urgent first (CMP-12, TSK-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from kezhi import User, db, visible_ids
from kezhi import lazy_gettext as _l

from .access import READ
from .clock_words import CLOCK_WORDS
from .models import Complaint
from .services.following import CLOCK, COMPLAINTS

HANDLE_DUTY = "complaints.clock"


def task_kinds() -> list[Any]:
    """The duty of who has a complaint: nothing is copied, so that it is due when its clock is."""
    from kezhi.builtin.tasks.contributions import TaskKind

    return [TaskKind(HANDLE_DUTY, _l("Handle a complaint in time"), icon="stopwatch", clause="CMP-12", waiting=waiting,
                     all_of_it="complaints.index")]  # fmt: skip


def waiting(user: User, limit: int) -> Sequence[Any]:
    """The complaints that a person has, while a clock is open; what waits for the customer comes last."""
    from kezhi.builtin.tasks.contributions import Waiting

    if user.id is None or not user.can(READ):
        return []
    ids = visible_ids(Complaint, user)
    c = COMPLAINTS.c
    mine = (
        select(c.id, c.number, c.subject, c.received_at, CLOCK.c.leading, CLOCK.c.due_at)
        .join(CLOCK, CLOCK.c.complaint_id == c.id)
        .where(CLOCK.c.basis > "", func.coalesce(c.handler_id, c.received_by_id) == user.id)
        .order_by(CLOCK.c.due_at.is_(None), CLOCK.c.due_at, c.id)
        .limit(limit)
    )
    rows = db.session.execute(mine if ids is None else mine.where(c.id.in_(ids))).all()
    return [
        Waiting(
            subject=row.subject,
            url=url_for("complaints.show", complaint_id=row.id),
            due_at=row.due_at,
            since=row.received_at,
            note=f"{row.number} · {CLOCK_WORDS[row.leading]}",
        )
        for row in rows
    ]
