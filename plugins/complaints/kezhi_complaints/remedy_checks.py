"""What must always be true of remedies, corrective actions and satisfaction, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import OPEN_ACTIONS, WHOLE, Complaint, CorrectiveAction, Responsibility, Satisfaction

MOST = 20
C: Any = Complaint.__table__
SHARES: Any = Responsibility.__table__
ACTIONS: Any = CorrectiveAction.__table__
ASKED: Any = Satisfaction.__table__


def remedy_checks() -> list[Check]:
    """The checks of what follows from complaints."""
    return [
        Check("complaints.shares", _l("Shares of responsibility add up to the whole"), uneven),
        Check(
            "complaints.actions", _l("Nobody checks their own corrective action, nor has one about themself"), unfair
        ),
        Check("complaints.questions", _l("At most one question of a complaint waits for an answer"), many_questions),
    ]


def uneven(session: Session) -> Sequence[Finding]:
    """Complaints whose shares do not add up."""
    sums = select(SHARES.c.complaint_id).group_by(SHARES.c.complaint_id).having(func.sum(SHARES.c.share) != WHOLE)
    return [
        Finding(_("The shares of responsibility of %(number)s do not add up to 100 %%.", number=each))
        for each in _numbers(session, C.c.id.in_(sums))
    ]


def unfair(session: Session) -> Sequence[Finding]:
    """Actions that somebody carries out and checks, or that are in the hands of the person complained about."""
    c = ACTIONS.c
    own = or_(c.owner_id == c.checker_id, c.done_by_id == c.checked_by_id)
    accused = c.state.in_(OPEN_ACTIONS) & or_(c.owner_id == C.c.accused_id, c.checker_id == C.c.accused_id)
    wrong = select(c.id).where(c.complaint_id == C.c.id, or_(own & (c.state != "abandoned"), accused)).correlate(C)
    return [
        Finding(_("A corrective action of %(number)s is checked by who carried it out, or by who is complained about.",
                  number=each))
        for each in _numbers(session, wrong.exists())
    ]  # fmt: skip


def many_questions(session: Session) -> Sequence[Finding]:
    """Complaints with more than one link that still works."""
    waits = ASKED.c.answered_at.is_(None) & ASKED.c.ended_at.is_(None)
    many = select(ASKED.c.complaint_id).where(waits).group_by(ASKED.c.complaint_id).having(func.count() > 1)
    return [
        Finding(_("%(number)s asks the customer more than once at a time.", number=each))
        for each in _numbers(session, C.c.id.in_(many))
    ]


def _numbers(session: Session, which: Any) -> list[str]:
    return list(session.scalars(select(C.c.number).where(which).order_by(C.c.number).limit(MOST)))
