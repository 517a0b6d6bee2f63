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
    TAKEN,
    VOID,
    WITHDRAWN,
    Request,
    RequestStep,
    Seat,
    Signature,
)
from ..rules import Barred, check_app, check_signer, is_requester, person_now
from ..signers import Place, current_step, is_complete, round_steps
from ..subjects import known_subject, seeing_everything
from .requests import UNSCOPED, request_for
from .rounds import begin_again, check_earlier

LONGEST_OPINION = 2000  #: characters

#: decision → what the request becomes; approve decides that by itself
OUTCOMES = {"return": RETURNED, "back": PENDING, "reject": REJECTED, "withdraw": WITHDRAWN, "void": VOID}
#: decision → action in the audit log
ACTIONS = {
    "approve": "approval.sign",
    "return": "approval.return",
    "back": "approval.return",
    "reject": "approval.reject",
    "withdraw": "approval.withdraw",
    "void": "approval.void",
    "passed_on": "approval.pass_on",
    "added": "approval.add_signer",
}


def sign(request_id: int, opinion: str = "", *, seen: int | None = None) -> Request:
    """Sign the current step as the acting user; the last signature carries the proposal out (APR-03).

    ``seen`` is the request's version that the signer looked at. Errors: ``Barred`` for anybody who may not sign, for a
    subject that was changed, and for an app that is not enabled; ``Conflict`` when somebody decided before;
    ``NotFound`` when the acting user may not see the request; whatever the app's ``apply`` refuses.
    """
    return _decide(request_id, "approve", opinion, seen)


def send_back(request_id: int, opinion: str, *, to: int | None = None, seen: int | None = None) -> Request:
    """Return the request with a reason: to its maker, or ``to`` an earlier step, from which a new round goes on.

    The signatures before that step still count, for the content is the same; those from it on stay readable in the
    earlier round. Errors: as :func:`sign`, and ``Barred`` without a reason or for a step that is not an earlier one.
    """
    return _decide(request_id, "return" if to is None else "back", opinion, seen, to)


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
        latest = request_for(kind, reference)
        request = locked(latest.id) if latest is not None else None
        if request is None or request.status != PENDING:
            return None
        user = acting_user()
        _record(Attempt(request, user, "void", reason.strip()), known_subject(kind)[1])
        return request


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's decision on the current step of a request, and by which right."""

    request: Request
    user: User
    decision: str
    opinion: str
    place: Place | None = None
    to: int | None = None  #: the earlier step to which it goes back

    def in_place_of(self) -> tuple[int | None, str]:
        """Whose signature this is, if not the person's own: id and name."""
        if self.place is None:
            return None, ""
        if self.place.holder.id != self.user.id:
            return self.place.holder.id, self.place.holder.name
        seat = self.place.seat
        return (seat.for_id, seat.for_name) if seat is not None else (None, "")


def locked(request_id: int, *, unscoped: bool = True) -> Request | None:
    """The request as it stands now, for the acting user unless ``unscoped``; nobody else decides it until the end of
    the transaction.
    """
    statement = select(Request).where(Request.id == request_id).with_for_update(of=Request)
    options = {"populate_existing": True, **(UNSCOPED if unscoped else {})}
    request = db.session.scalars(statement, execution_options=options).one_or_none()
    if request is not None:
        fresh = {"populate_existing": True, **UNSCOPED}
        for model in (RequestStep, Seat):
            db.session.scalars(select(model).where(model.request_id == request_id), execution_options=fresh).all()
        db.session.expire(request, ["steps", "seats", "signatures", "earlier"])
    return request


def open_request(request_id: int, seen: int | None) -> Request:
    """The request, locked, while it can still be decided. Errors: ``NotFound``, ``Conflict``."""
    request = locked(request_id, unscoped=False)
    if request is None:
        raise NotFound(_("There is no such request."))
    if request.status != PENDING:
        raise Conflict(_("%(number)s is already decided; nothing was changed.", number=request.number))
    if seen is not None and seen != request.version:
        raise Conflict(
            _("%(number)s was decided or put up again while you looked at it; look again.", number=request.number)
        )
    return request


def _decide(request_id: int, decision: str, opinion: str, seen: int | None, to: int | None = None) -> Request:
    outermost = not db.session.info.get("writing")
    place: dict[str, int] = {}
    try:
        with whole():
            return _decide_inside(request_id, decision, opinion.strip(), seen, place, to)
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


def _decide_inside(
    request_id: int, decision: str, opinion: str, seen: int | None, place: dict[str, int], to: int | None
) -> Request:
    user = person_now(acting_user())
    request = open_request(request_id, None)
    place.update(round=request.round, position=request.step)
    if seen is not None and seen != request.version:
        open_request(request_id, seen)
    right = _check(request, user, decision, opinion)
    if to is not None:
        check_earlier(request, to)
    check_app(request)
    _record(Attempt(request, user, decision, opinion, right, to), known_subject(request.kind)[1])
    return request


def _check(request: Request, user: User, decision: str, opinion: str) -> Place | None:
    right = None
    if decision == "withdraw":
        if not is_requester(request, user):
            raise Barred("not_maker", _("Only who put up %(number)s can withdraw it.", number=request.number))
    else:
        right = check_signer(request, user)
    if decision in ("return", "back", "reject") and not opinion:
        raise Barred("no_reason", _("Write the reason: it goes back with the request."), field="opinion")
    check_length(opinion)
    return right


def check_length(opinion: str) -> None:
    """Errors: ``Barred`` for a text without end."""
    if len(opinion) > LONGEST_OPINION:
        raise Barred(
            "long_opinion",
            _("The opinion has %(count)s characters; %(most)s are possible.", count=len(opinion), most=LONGEST_OPINION),
            field="opinion",
        )


def _record(attempt: Attempt, subject: SubjectKind) -> None:
    """Take the place, bind the decision to the content, and carry it out or tell the app how it ended."""
    request, decision = attempt.request, attempt.decision
    position, number = request.step, request.round
    step = current_step(request)
    if decision == "approve":
        _take_place(attempt, step)
    closes = decision != "approve" or is_complete(request, step)
    last = max(each.position for each in round_steps(request))
    outcome = OUTCOMES.get(decision) or (APPROVED if closes and position == last else PENDING)
    if closes and decision != "back":
        _take_step(request, outcome, position + 1 if outcome == PENDING else position)
    if decision == "approve":
        _check_digest(request, attempt.user, subject)
    if closes:
        ended = {"approve": SIGNED, "back": RETURNED}.get(decision) or OUTCOMES[decision]
        _move_step(request.id, number, position, ended)
        if decision == "approve" and outcome == PENDING:
            _move_step(request.id, number, position + 1, CURRENT)
    _keep(attempt, position, number)
    if attempt.to is not None:
        begin_again(request, attempt.to)
    if closes:
        _carry_out(request, attempt.user, outcome, subject)
    else:
        announce(Request, "update", [request.id])


def _take_place(attempt: Attempt, step: RequestStep) -> None:
    """Count the signature at the step. Errors: ``Conflict`` when the last missing one was given at the same moment."""
    right = attempt.place
    if right is None or right.seat is None or not right.seat.extra:
        statement = (
            update(RequestStep)
            .where(RequestStep.id == step.id, RequestStep.state == CURRENT, RequestStep.missing > 0)
            .values(missing=RequestStep.missing - 1)
            .execution_options(synchronize_session=False, **UNSCOPED)
        )
        if db.session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
            raise _too_late(attempt.request)
    if right is not None and right.seat is not None:
        right.seat.state = TAKEN
        db.session.flush()
    db.session.refresh(step)


def _check_digest(request: Request, user: User, subject: SubjectKind) -> None:
    """Errors: ``Barred`` when the subject is not what was put up."""
    with seeing_everything(user):
        present = subject.digest(request)
    if present != request.digest:
        raise Barred(
            "altered",
            _(
                "What %(number)s is about was changed after it was put up, so it cannot be signed. "
                "Return it with this reason; its maker checks the change and puts it up again.",
                number=request.number,
            ),
        )


def _keep(attempt: Attempt, position: int, number: int) -> None:
    request, user, (for_id, for_name) = attempt.request, attempt.user, attempt.in_place_of()
    digest = request.digest
    db.session.add(
        Signature(
            request_id=request.id,
            round=number,
            position=position,
            user_id=user.id,
            user_login=user.login,
            user_name=user.name,
            for_id=for_id,
            for_name=for_name,
            decision=attempt.decision,
            opinion=attempt.opinion,
            at=clock.now(),
            digest=digest,
        )
    )
    db.session.flush()
    db.session.expire(request)
    more = {"to": attempt.to} if attempt.to is not None else {}
    if for_id is not None:
        more["for"] = for_id
    audit_record(
        ACTIONS[attempt.decision], "approval", request.id, round=number, position=position, digest=digest, **more
    )


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
        raise _too_late(request)


def _too_late(request: Request) -> Conflict:
    return Conflict(_("%(number)s was decided by somebody else at the same moment.", number=request.number))


def _move_step(request_id: int, number: int, position: int, state: str) -> None:
    db.session.execute(
        update(RequestStep)
        .where(RequestStep.request_id == request_id, RequestStep.round == number, RequestStep.position == position)
        .values(state=state)
        .execution_options(synchronize_session=False, **UNSCOPED)
    )


@contextmanager
def whole() -> Iterator[None]:
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
