"""Back to an earlier step: a new round with the same content, in which the signatures before that step still count."""

from __future__ import annotations

from sqlalchemy import update

from kezhi import Conflict, clock, db
from kezhi.i18n import _

from ..models import CURRENT, NAMED, OPEN, PENDING, RETURNED, SIGNED, WAITING, Request, RequestStep, Seat
from ..rules import Barred
from ..signers import round_steps
from .requests import UNSCOPED, keep_round


def check_earlier(request: Request, position: int) -> None:
    """Errors: ``Barred`` unless the step is one before the current one."""
    if not 1 <= position < request.step:
        raise Barred(
            "not_earlier",
            _("%(number)s can go back to an earlier step only; choose one.", number=request.number),
            field="to",
        )


def begin_again(request: Request, position: int) -> None:
    """Begin a new round at ``position``; rows of the earlier one stay as they are. Errors: ``Conflict``."""
    number, version, at = request.round, request.version, clock.now()
    earlier = round_steps(request)
    seats = {step.id: [s for s in request.seats if s.step_id == step.id and s.kind == NAMED] for step in earlier}
    keep_round(request, RETURNED, at)
    statement = (
        update(Request)
        .where(Request.id == request.id, Request.status == PENDING, Request.version == version)
        .values(round=number + 1, step=position, version=version + 1)
        .execution_options(synchronize_session=False, **UNSCOPED)
    )
    if db.session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("%(number)s was decided by somebody else at the same moment.", number=request.number))
    for step in earlier:
        signed = step.position < position
        again = RequestStep(
            request_id=request.id,
            round=number + 1,
            position=step.position,
            title=step.title,
            role=step.role,
            user_id=step.user_id,
            state=SIGNED if signed else CURRENT if step.position == position else WAITING,
            needs=step.needs,
            missing=0 if signed else step.needs,
            seated=step.seated,
            hours=step.hours,
            late=step.late,
            carried=(step.carried or step.round) if signed else None,
        )
        db.session.add(again)
        db.session.flush()
        for seat in () if signed else seats[step.id]:
            db.session.add(
                Seat(
                    request_id=request.id,
                    step_id=again.id,
                    user_id=seat.user_id,
                    user_name=seat.user_name,
                    kind=NAMED,
                    state=OPEN,
                    at=at,
                )
            )
    db.session.flush()
    db.session.expire(request)
