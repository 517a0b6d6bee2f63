"""Signing, returning, rejecting and withdrawing: conditional updates, so that one step counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, User, acting_user, announce, audit_record, clock, db, writing
from kezhi.audit import record_alone
from kezhi.i18n import _

from .. import telling
from ..contributions import SubjectKind
from ..models import (
    APPROVED,
    CURRENT,
    PENDING,
    REJECTED,
    RETURNED,
    SIGNED,
    VOID,
    WITHDRAWN,
    Request,
    RequestStep,
    Signature,
)
from ..rules import Barred, check_app, check_signer, is_requester, person_now, round_steps
from ..subjects import known_subject, seeing_everything
from .requests import UNSCOPED, request_for

LONGEST_OPINION = 2000  #: characters

#: decision → what the request becomes; approve decides that by itself
OUTCOMES = {"return": RETURNED, "reject": REJECTED, "withdraw": WITHDRAWN, "void": VOID}
#: decision → action in the audit log
ACTIONS = {
    "approve": "approval.sign",
    "return": "approval.return",
    "reject": "approval.reject",
    "withdraw": "approval.withdraw",
    "void": "approval.void",
}


def sign(request_id: int, opinion: str = "", *, seen: int | None = None) -> Request:
    """Sign the current step as the acting user; the last signature carries the proposal out (APR-03).

    ``seen`` is the request's version that the signer looked at. Errors: ``Barred`` for anybody who may not sign, for a
    subject that was changed, and for an app that is not enabled; ``Conflict`` when somebody decided before;
    ``NotFound`` when the acting user may not see the request; whatever the app's ``apply`` refuses.
    """
    return _decide(request_id, "approve", opinion, seen)


def send_back(request_id: int, opinion: str, *, seen: int | None = None) -> Request:
    """Return the request to its maker with a reason. Errors: as :func:`sign`, and ``Barred`` without a reason."""
    return _decide(request_id, "return", opinion, seen)


def reject(request_id: int, opinion: str, *, seen: int | None = None) -> Request:
    """End the request with a reason. Errors: as :func:`send_back`."""
    return _decide(request_id, "reject", opinion, seen)


def withdraw(request_id: int, opinion: str = "", *, seen: int | None = None) -> Request:
    """Take one's own request back. Errors: ``Barred`` for anybody else, ``Conflict`` once it is decided."""
    return _decide(request_id, "withdraw", opinion, seen)


def void(kind: str, reference: str, reason: str) -> Request | None:
    """End the open request on a subject that its app can no longer carry out; called by that app.

    Returns the request, or None when none is open.
    """
    with writing():
        request = request_for(kind, reference)
        if request is None or request.status != PENDING:
            return None
        user = acting_user()
        _record(Attempt(request, user, "void", reason.strip()), known_subject(kind)[1])
        return request


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's decision on the current step of a request."""

    request: Request
    user: User
    decision: str
    opinion: str


def _decide(request_id: int, decision: str, opinion: str, seen: int | None) -> Request:
    outermost = not db.session.info.get("writing")
    place: dict[str, int] = {}
    try:
        with _whole():
            return _decide_inside(request_id, decision, opinion.strip(), seen, place)
    except Conflict:
        raise
    except Refused as error:
        if outermost and place:
            audit_refusal(request_id, decision, error, **place)
        raise


def audit_refusal(request_id: int, decision: str, error: Refused, **place: int) -> None:
    """Keep a refused decision in the audit log, in a transaction of its own.

    :func:`sign` and its sisters do this by themselves unless they run inside their caller's transaction; the caller
    then does it, after the roll-back.
    """
    rule = error.code if isinstance(error, Barred) else "app"
    record_alone(ACTIONS[decision], "approval", request_id, result="refused", rule=rule, **place)


def _decide_inside(request_id: int, decision: str, opinion: str, seen: int | None, place: dict[str, int]) -> Request:
    user = person_now(acting_user())
    statement = select(Request).where(Request.id == request_id)
    request = db.session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if request is None:
        raise NotFound(_("There is no such request."))
    place.update(round=request.round, position=request.step)
    if request.status != PENDING:
        raise Conflict(_("%(number)s is already decided; nothing was changed.", number=request.number))
    if seen is not None and seen != request.version:
        raise Conflict(
            _("%(number)s was decided or put up again while you looked at it; look again.", number=request.number)
        )
    _check(request, user, decision, opinion)
    check_app(request)
    _record(Attempt(request, user, decision, opinion), known_subject(request.kind)[1])
    return request


def _check(request: Request, user: User, decision: str, opinion: str) -> None:
    if decision == "withdraw":
        if not is_requester(request, user):
            raise Barred("not_maker", _("Only who put up %(number)s can withdraw it.", number=request.number))
    else:
        check_signer(request, user)
    if decision in ("return", "reject") and not opinion:
        raise Barred("no_reason", _("Write the reason: it goes back with the request."), field="opinion")
    if len(opinion) > LONGEST_OPINION:
        raise Barred(
            "long_opinion",
            _("The opinion has %(count)s characters; %(most)s are possible.", count=len(opinion), most=LONGEST_OPINION),
            field="opinion",
        )


def _record(attempt: Attempt, subject: SubjectKind) -> None:
    """Win the step, bind the decision to the content, and carry it out or tell the app how it ended."""
    request, user, decision = attempt.request, attempt.user, attempt.decision
    position, number, digest, at = request.step, request.round, request.digest, clock.now()
    last = max(step.position for step in round_steps(request))
    outcome = OUTCOMES.get(decision) or (APPROVED if position == last else PENDING)
    _take_step(request, outcome, position + 1 if outcome == PENDING else position)
    if decision == "approve":
        with seeing_everything(user):
            present = subject.digest(request)
        if present != digest:
            raise Barred(
                "altered",
                _(
                    "What %(number)s is about was changed after it was put up, so it cannot be signed. "
                    "Return it with this reason; its maker checks the change and puts it up again.",
                    number=request.number,
                ),
            )
    _move_step(request.id, number, position, SIGNED if decision == "approve" else outcome)
    if outcome == PENDING:
        _move_step(request.id, number, position + 1, CURRENT)
    db.session.add(
        Signature(
            request_id=request.id,
            round=number,
            position=position,
            user_id=user.id,
            user_login=user.login,
            user_name=user.name,
            decision=decision,
            opinion=attempt.opinion,
            at=at,
            digest=digest,
        )
    )
    db.session.flush()
    db.session.expire(request)
    audit_record(ACTIONS[decision], "approval", request.id, round=number, position=position, digest=digest)
    _carry_out(request, user, outcome, subject)


def _carry_out(request: Request, user: User, outcome: str, subject: SubjectKind) -> None:
    tell: Callable[[], None] | None = None
    if outcome == APPROVED:
        tell = lambda: subject.apply(request)  # noqa: E731
    elif outcome not in (PENDING, VOID):  # an app that voids its own request knows
        tell = lambda: subject.closed(request, outcome)  # noqa: E731
    if tell is not None:
        with seeing_everything(user):
            tell()
    announce(Request, "update", [request.id])
    telling.tell(request)


def _take_step(request: Request, outcome: str, step: int) -> None:
    """Whoever changes the row first has decided the step; everybody else changes none. Errors: ``Conflict``."""
    values = {"status": outcome, "step": step, "version": request.version + 1}
    if outcome != PENDING:
        values["closed_at"] = clock.now()
    statement = (
        update(Request)
        .where(
            Request.id == request.id,
            Request.status == PENDING,
            Request.round == request.round,
            Request.step == request.step,
            Request.version == request.version,
        )
        .values(**values)
        .execution_options(synchronize_session=False, **UNSCOPED)
    )
    if db.session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("%(number)s was decided by somebody else at the same moment.", number=request.number))


def _move_step(request_id: int, number: int, position: int, state: str) -> None:
    db.session.execute(
        update(RequestStep)
        .where(RequestStep.request_id == request_id, RequestStep.round == number, RequestStep.position == position)
        .values(state=state)
        .execution_options(synchronize_session=False, **UNSCOPED)
    )


@contextmanager
def _whole() -> Iterator[None]:
    """All of a decision or nothing of it, also inside a transaction with which its caller goes on after a refusal."""
    if not db.session.info.get("writing"):
        with writing():
            yield
        return
    entries = db.session.info.setdefault("audit", [])
    before = len(entries)
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        del entries[before:]
        raise
