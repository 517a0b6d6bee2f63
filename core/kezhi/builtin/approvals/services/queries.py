"""What waits for whom."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kezhi import User, acting_user, db, visible
from kezhi.i18n import _

from ..models import Request, Signature
from ..signers import round_steps, step_signatures, waiting_for

MOST = 200  #: rows of a page


def inbox(user: User | None = None, limit: int = MOST) -> list[Request]:
    """Requests whose next signature ``user`` may give, the longest waiting first."""
    statement = waiting_for(user or acting_user()).order_by(Request.submitted_at, Request.id)
    loaded = (selectinload(Request.steps), selectinload(Request.signatures), selectinload(Request.seats))
    return list(db.session.scalars(statement.options(*loaded).limit(limit)))


def waiting_count(user: User | None = None) -> int:
    """How many requests wait for ``user``: one statement."""
    statement = waiting_for(user or acting_user()).with_only_columns(func.count()).order_by(None)
    return int(db.session.execute(statement).scalar_one())


def mine(user: User | None = None, limit: int = MOST) -> list[Request]:
    """Requests that ``user`` put up, newest first."""
    statement = select(Request).where(Request.requester_id == (user or acting_user()).id).order_by(Request.id.desc())
    return list(db.session.scalars(statement.options(selectinload(Request.steps)).limit(limit)))


def request_by_id(request_id: int) -> Request | None:
    """A request that the acting user may see, else None."""
    statement = visible(Request).where(Request.id == request_id)
    return db.session.scalars(statement).one_or_none()


def present_signatures(request: Request) -> dict[int, list[Signature]]:
    """The decisions that count in the present round, by the position of their step, in order.

    A step that was signed before the request went back to a later one counts with the signatures of that round.
    """
    return {step.position: step_signatures(request, step) for step in round_steps(request)}


def signer_name(mark: Signature) -> str:
    """Who signed, and in whose place."""
    if not mark.for_name:
        return mark.user_name
    text: str = _("%(name)s (for %(absent)s)", name=mark.user_name, absent=mark.for_name)
    return text
