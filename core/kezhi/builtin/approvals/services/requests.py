"""Putting something up for approval, and putting it up again after it came back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, writing
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from .. import telling
from ..contributions import Proposal
from ..flows.following import flow_version, following
from ..flows.resolving import planned_steps
from ..models import CURRENT, NAMED, OPEN, PENDING, RETURNED, WAITING, EarlierRound, Request, RequestStep, Seat
from ..rules import Barred, is_requester
from ..subjects import app_title, both_languages, known_subject

#: the subject's app looks at its own requests, whoever acts; pages start from ``visible(Request)``
UNSCOPED = {"kezhi_unscoped": True}


def request_for(kind: str, reference: str) -> Request | None:
    """The latest request on a subject, open or not."""
    statement = select(Request).where(Request.kind == kind, Request.reference == reference)
    return db.session.scalars(statement.order_by(Request.id.desc()).limit(1), execution_options=UNSCOPED).one_or_none()


def propose(proposal: Proposal) -> Request:
    """Put a proposal up for approval in the acting user's name.

    The steps are those of the flow that the company keeps for the kind, else those that the app ships. A request that
    was returned to the same person goes on in a new round under its number. Errors: ``Refused`` when no enabled app has
    the kind or there are no steps; ``Conflict`` while another request on the subject is open.
    """
    with writing():
        known_subject(proposal.kind)
        latest = request_for(proposal.kind, proposal.reference)
        if latest is not None and latest.status == RETURNED and is_requester(latest, acting_user()):
            return resubmit(latest.id, proposal)
        return _new_request(proposal)


def _new_request(proposal: Proposal) -> Request:
    app, subject = known_subject(proposal.kind)
    user, at = acting_user(), clock.now()
    flow, proposal = following(proposal)
    number = next_numbers("approvals.request")[0]  # locked to the end: proposals come one after the other
    latest = request_for(proposal.kind, proposal.reference)
    if latest is not None and latest.status == PENDING:
        raise Conflict(_still_open(latest.number))
    request = Request(
        number=f"SP-{number:06d}",
        kind=proposal.kind,
        reference=proposal.reference,
        app=app,
        app_title=app_title(app),
        kind_title=both_languages(subject.title),
        title=dict(proposal.title),
        snapshot=dict(proposal.snapshot),
        digest=proposal.digest,
        requester_id=user.id,
        requester_login=user.login,
        requester_name=user.name,
        status=PENDING,
        step=1,
        round=1,
        created_at=at,
        submitted_at=at,
        closed_at=None,
        version=1,
        flow_id=flow.id if flow else None,
    )
    with _one_open_request():
        db.session.add(request)
        db.session.flush()
    _add_steps(request, proposal)
    announce(Request, "create", [request.id])
    audit_record(
        "approval.propose",
        "approval",
        request.id,
        kind=request.kind,
        reference=request.reference,
        round=1,
        steps=len(proposal.steps),
        digest=request.digest,
        **flow_version(flow),
    )
    return request


def resubmit(request_id: int, proposal: Proposal) -> Request:
    """Put a returned request up again as a new round; the earlier rounds stay as they were.

    Errors: ``Barred`` for anybody but its maker; ``Conflict`` when it is not returned, or a newer request exists.
    """
    with writing():
        known_subject(proposal.kind)
        request = db.session.get(Request, request_id, populate_existing=True, execution_options=UNSCOPED)
        if request is None:
            raise NotFound(_("There is no such request."))
        if not is_requester(request, acting_user()):
            raise Barred("not_maker", _("Only who put up %(number)s can put it up again.", number=request.number))
        if (request.kind, request.reference) != (proposal.kind, proposal.reference):
            raise Refused(_("%(number)s is about something else.", number=request.number))
        latest = request_for(request.kind, request.reference)
        if request.status != RETURNED or latest is None or latest.id != request.id:
            raise Conflict(
                _("%(number)s is not waiting to be put up again; open it to see how it stands.", number=request.number)
            )
        _begin_round(request, proposal)
        return request


def _begin_round(request: Request, proposal: Proposal) -> None:
    flow, proposal = following(proposal)
    request_id, number, version, at = request.id, request.round, request.version, clock.now()
    keep_round(request, request.status, request.closed_at)
    statement = (
        update(Request)
        .where(Request.id == request_id, Request.status == RETURNED, Request.version == version)
        .values(
            status=PENDING,
            step=1,
            round=number + 1,
            version=version + 1,
            title=dict(proposal.title),
            snapshot=dict(proposal.snapshot),
            digest=proposal.digest,
            submitted_at=at,
            closed_at=None,
            flow_id=flow.id if flow else None,
        )
        .execution_options(synchronize_session=False, **UNSCOPED)
    )
    with _one_open_request():
        changed = db.session.execute(statement).rowcount  # type: ignore[attr-defined]
    if changed != 1:
        raise Conflict(_("%(number)s was put up again at the same moment.", number=request.number))
    db.session.expire(request)
    _add_steps(request, proposal)
    announce(Request, "update", [request_id])
    audit_record(
        "approval.resubmit",
        "approval",
        request_id,
        kind=proposal.kind,
        reference=proposal.reference,
        round=number + 1,
        steps=len(proposal.steps),
        digest=proposal.digest,
        **flow_version(flow),
    )


def keep_round(request: Request, outcome: str, closed_at: datetime | None) -> None:
    """Keep what the present round was about before another one begins."""
    db.session.add(
        EarlierRound(
            request_id=request.id,
            round=request.round,
            title=request.title,
            snapshot=request.snapshot,
            digest=request.digest,
            submitted_at=request.submitted_at,
            closed_at=closed_at,
            outcome=outcome,
            flow_id=request.flow_id,
        )
    )


def _add_steps(request: Request, proposal: Proposal) -> None:
    maker = acting_user()
    for position, planned in enumerate(planned_steps(proposal, maker), start=1):
        step = RequestStep(
            request_id=request.id,
            round=request.round,
            position=position,
            title=planned.title,
            role=planned.role,
            user_id=planned.user_id,
            state=CURRENT if position == 1 else WAITING,
            needs=planned.needs,
            missing=planned.needs,
            seated=bool(planned.seats),
            hours=planned.hours,
            late=planned.late,
        )
        db.session.add(step)
        db.session.flush()
        for user_id, name in planned.seats:
            db.session.add(
                Seat(
                    request_id=request.id,
                    step_id=step.id,
                    user_id=user_id,
                    user_name=name,
                    kind=NAMED,
                    state=OPEN,
                    at=request.submitted_at,
                )
            )
    db.session.flush()
    db.session.expire(request, ["steps", "seats", "earlier"])
    telling.tell(request)


def _still_open(number: str) -> str:
    text: str = _(
        "%(number)s on the same subject is still open; it has to be decided or withdrawn first.", number=number
    )
    return text


@contextmanager
def _one_open_request() -> Iterator[None]:
    """The unique index on open requests, told in words: somebody put the same subject up at the same moment."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        raise Conflict(_("The same subject was put up for approval at the same moment.")) from error
