"""What the page of a request shows, put together from stored rows; no app's code is needed for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from kezhi import User, db
from kezhi.i18n import _

from ..accounts.models import Account
from .contributions import ESCALATE
from .duties import limit_of
from .gaps import unfillable
from .models import CURRENT, NAMED, OPEN, PENDING, RETURNED, SIGNED, FlowVersion, Request, RequestStep, Seat, Signature
from .roles import role_title
from .rules import Barred, altered_refusals, check_app, check_signer, is_requester
from .services import inbox
from .signers import Place, round_steps, step_seats, step_signatures
from .subjects import address_of, find_subject


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the right column shows it."""

    position: int
    title: Any
    who: str
    needs: int
    missing: int
    signatures: list[Signature]
    passed: list[Seat]  #: who was asked in somebody's place, or beside the others
    current: bool = False
    problem: str = ""
    carried: int | None = None  #: the earlier round in which it was signed
    signed: bool = False
    limit: str = ""  #: until when it is to be signed, in words, and what happens then

    @property
    def done(self) -> bool:
        return self.signed and not self.failed

    @property
    def failed(self) -> bool:
        return any(mark.decision != "approve" for mark in self.signatures)


@dataclass(frozen=True, slots=True)
class RoundLines:
    """An earlier round with what it had put up and who decided what."""

    number: int
    title: Any
    snapshot: Any
    outcome: str
    steps: list[StepLine]
    last: Signature | None
    flow: FlowVersion | None = None  #: the version that the round followed


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Everything the template needs."""

    request: Request
    digest: str
    steps: list[StepLine]
    earlier: list[RoundLines]
    may_decide: bool
    may_withdraw: bool
    notes: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[Any, str]] = field(default_factory=list)
    address: str | None = None
    earlier_steps: list[tuple[int, Any]] = field(default_factory=list)  #: to which it can be returned
    signs_for: str = ""  #: the absent person in whose place the user signs
    may_pass_on: bool = False
    may_design: bool = False  #: whether the user may open the flow that the request follows
    next_id: int | None = None
    next_count: int = 0


def request_page(request: Request, user: User) -> RequestPage:
    """The page of ``request`` for ``user``."""
    place, barred = _place(request, user)
    problems = unfillable(request)
    decides = request.status == PENDING and place is not None
    signs_for = place.holder.name if place is not None and place.holder.id != user.id else ""
    waiting = [other.id for other in inbox(user) if other.id != request.id]
    return RequestPage(
        request=request,
        digest=_short(request.digest),
        steps=_lines(request, request.round, problems),
        earlier=_earlier(request),
        may_decide=decides,
        earlier_steps=[(each.position, each.title) for each in round_steps(request) if each.position < request.step],
        signs_for=signs_for,
        may_pass_on=decides and not signs_for,
        may_design=user.can("approvals.flows") and find_subject(request.kind) is not None,
        may_withdraw=request.status == PENDING
        and is_requester(request, user)
        and find_subject(request.kind) is not None,
        notes=_notes(request, user, barred, bool(problems)),
        links=_links(request),
        address=address_of(request),
        next_id=waiting[0] if waiting else None,
        next_count=len(waiting),
    )


def step_in_words(request: Request) -> str:
    """Which step a pending request waits for, for lists."""
    from kezhi import localised

    if request.status != PENDING:
        return ""
    steps = round_steps(request)
    return f"{localised(steps[request.step - 1].title)} {request.step}/{len(steps)}" if steps else ""


def _place(request: Request, user: User) -> tuple[Place | None, Barred | None]:
    """By which right the user could decide the current step, or what stands against it."""
    try:
        place = check_signer(request, user)
        check_app(request)
    except Barred as error:
        return None, error
    return place, None


def _notes(request: Request, user: User, barred: Barred | None, stuck: bool) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    maker = is_requester(request, user)
    if request.status == PENDING:
        try:
            check_app(request)
        except Barred as error:
            notes.append(("amber", str(error)))
        if altered_refusals(request):
            notes.append(("red", _altered(request, maker)))
        if barred is not None and barred.code in ("second_step", "signed_already", "for_requester", "for_second_step"):
            notes.append(("blue", str(barred)))
        if stuck:
            notes.append(("amber", _("A step has nobody who could sign it; see the steps.")))
    elif request.status == RETURNED:
        if maker:
            text = _("It came back to you. Mend the subject and put it up again; it goes on in a new round.")
        else:
            text = _("It went back to %(name)s, who can put it up again.", name=request.requester_name)
        notes.append(("amber", text))
    return notes


def _altered(request: Request, maker: bool) -> str:
    if maker:
        text = _(
            "A signature was refused: the subject was changed after you put it up. Withdraw the request, check the "
            "change, and put the subject up again."
        )
    else:
        text = _(
            "A signature was refused: the subject was changed after it was put up. Return the request with this "
            "reason; %(name)s checks the change and puts it up again.",
            name=request.requester_name,
        )
    return str(text)


def _earlier(request: Request) -> list[RoundLines]:
    rounds = []
    for kept in sorted(request.earlier, key=lambda kept: kept.round, reverse=True):
        decisions = [mark for mark in request.signatures if mark.round == kept.round]
        last = decisions[-1] if decisions else None
        rounds.append(
            RoundLines(
                kept.round, kept.title, kept.snapshot, kept.outcome, _lines(request, kept.round, {}), last, kept.flow
            )
        )
    return rounds


def _lines(request: Request, number: int, problems: dict[int, str]) -> list[StepLine]:
    names = _names({step.user_id for step in request.steps if step.user_id is not None})
    present = number == request.round
    return [
        StepLine(
            position=step.position,
            title=step.title,
            who=_who(request, step, names),
            needs=step.needs,
            missing=step.missing,
            signatures=step_signatures(request, step),
            passed=[seat for seat in step_seats(request, step) if seat.kind != NAMED],
            current=step.state == CURRENT and present and request.status == PENDING,
            problem=problems.get(step.position, "") if step.state != SIGNED else "",
            carried=step.carried,
            signed=step.state == SIGNED,
            limit=_limit(step) if present and request.status == PENDING else "",
        )
        for step in round_steps(request, number)
    ]


def _limit(step: RequestStep) -> str:
    """The limit of a step that is not signed yet, in words."""
    if step.state == SIGNED:
        return ""
    hours = limit_of(step)
    parts = [_("within %(hours)s h of working time", hours=hours)] if hours else []
    if step.late == ESCALATE:
        parts.append(_("then the manager is told at once"))
    return " · ".join(parts)


def _names(ids: set[int]) -> dict[int, str]:
    """Names of people, who left too: one statement."""
    if not ids:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def _who(request: Request, step: RequestStep, names: dict[int, str]) -> str:
    if step.user_id is not None:
        return names.get(step.user_id, "—")
    if step.seated:
        still = [seat.user_name for seat in step_seats(request, step) if seat.kind == NAMED and seat.state == OPEN]
        return _(", ").join(still)
    return role_title(step.role or "")


def _links(request: Request) -> list[tuple[Any, str]]:
    """Local addresses only, and none into an app that is not there."""
    if find_subject(request.kind) is None:
        return []
    found = request.snapshot.get("links") or []
    return [(label, str(url)) for label, url in found if str(url).startswith("/") and not str(url).startswith("//")]


def _short(digest: str) -> str:
    return digest if len(digest) <= 12 else f"{digest[:4]}…{digest[-4:]}"
