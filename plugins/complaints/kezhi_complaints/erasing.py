"""Destroyed customers leave complaints and feedback without what was said; that and when they were stays (CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from .models import OPEN, OPEN_STATES, Complaint, Correction, Event, Feedback, Progress

UNSCOPED = {"kezhi_unscoped": True}
COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
CORRECTIONS: Any = Correction.__table__
FEEDBACK: Any = Feedback.__table__
PROGRESS: Any = Progress.__table__


def places() -> list[Any]:
    """Notes of what happened to complaints, corrections, and how feedback came along; open ones keep the file."""
    from kezhi.builtin.destruction.contributions import Place

    return [
        Place("complaints.notes", _l("Complaints and feedback"), erase=_erase, blocks=_blocks),
    ]


def _erase(subject: Any) -> Mapping[str, int]:
    complaints = select(COMPLAINTS.c.id).where(COMPLAINTS.c.customer_id.in_(subject.ids))
    feedback = select(FEEDBACK.c.id).where(FEEDBACK.c.customer_id.in_(subject.ids))
    return {
        EVENTS.name: _blank(EVENTS, EVENTS.c.complaint_id.in_(complaints), ("note",)),
        CORRECTIONS.name: _blank(CORRECTIONS, CORRECTIONS.c.complaint_id.in_(complaints), ("old", "new")),
        PROGRESS.name: _blank(PROGRESS, PROGRESS.c.feedback_id.in_(feedback), ("note",)),
    }


def _blank(table: Any, condition: Any, texts: Sequence[str]) -> int:
    result: Any = db.session.execute(
        update(table).where(condition).values(dict.fromkeys(texts, "")), execution_options=UNSCOPED
    )
    return int(result.rowcount)


def _blocks(ids: Sequence[int], today: date) -> Mapping[int, str]:
    found: dict[int, str] = {}
    waiting = select(FEEDBACK.c.customer_id, func.count()).where(
        FEEDBACK.c.customer_id.in_(ids), FEEDBACK.c.state == OPEN
    )
    for customer_id, count in db.session.execute(waiting.group_by(FEEDBACK.c.customer_id), execution_options=UNSCOPED):
        found[customer_id] = ngettext("%(num)s feedback is open", "%(num)s pieces of feedback are open", count)
    unsettled = select(COMPLAINTS.c.customer_id, func.count()).where(
        COMPLAINTS.c.customer_id.in_(ids), COMPLAINTS.c.state.in_(OPEN_STATES)
    )
    for customer_id, count in db.session.execute(
        unsettled.group_by(COMPLAINTS.c.customer_id), execution_options=UNSCOPED
    ):
        found[customer_id] = ngettext("%(num)s complaint is open", "%(num)s complaints are open", count)
    return found
