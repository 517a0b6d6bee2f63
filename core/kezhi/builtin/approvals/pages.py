"""What the page of a request shows, put together from stored rows; no app's code is needed for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kezhi import Refused, User
from kezhi.i18n import _

from .models import CURRENT, PENDING, RETURNED, SIGNED, Request, RequestStep, Signature
from .roles import role_title
from .rules import (
    Barred,
    altered_refusals,
    check_app,
    check_signer,
    is_requester,
    round_signatures,
    round_steps,
    unfillable,
)
from .services import inbox
from .subjects import address_of, find_subject


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the right column shows it."""

    position: int
    title: Any
    who: str
    signature: Signature | None = None
    current: bool = False
    problem: str = ""

    @property
    def done(self) -> bool:
        return self.signature is not None and self.signature.decision == "approve"

    @property
    def failed(self) -> bool:
        return self.signature is not None and self.signature.decision != "approve"


@dataclass(frozen=True, slots=True)
class RoundLines:
    """An earlier round with what it had put up and who decided what."""

    number: int
    title: Any
    snapshot: Any
    outcome: str
    steps: list[StepLine]
    last: Signature | None


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
    next_id: int | None = None
    next_count: int = 0


def request_page(request: Request, user: User) -> RequestPage:
    """The page of ``request`` for ``user``."""
    barred = _barred(request, user)
    problems = unfillable(request)
    waiting = [other.id for other in inbox(user) if other.id != request.id]
    return RequestPage(
        request=request,
        digest=_short(request.digest),
        steps=_lines(request, request.round, problems),
        earlier=_earlier(request),
        may_decide=request.status == PENDING and barred is None,
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


def _barred(request: Request, user: User) -> Refused | None:
    try:
        check_signer(request, user)
        check_app(request)
    except Barred as error:
        return error
    return None


def _notes(request: Request, user: User, barred: Refused | None, stuck: bool) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    maker = is_requester(request, user)
    if request.status == PENDING:
        try:
            check_app(request)
        except Barred as error:
            notes.append(("amber", str(error)))
        if altered_refusals(request):
            notes.append(("red", _altered(request, maker)))
        if isinstance(barred, Barred) and barred.code == "second_step":
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
        decisions = round_signatures(request, kept.round)
        last = decisions[max(decisions)] if decisions else None
        rounds.append(
            RoundLines(kept.round, kept.title, kept.snapshot, kept.outcome, _lines(request, kept.round, {}), last)
        )
    return rounds


def _lines(request: Request, number: int, problems: dict[int, str]) -> list[StepLine]:
    decisions = round_signatures(request, number)
    return [
        StepLine(
            position=step.position,
            title=step.title,
            who=_who(step),
            signature=decisions.get(step.position),
            current=step.state == CURRENT and request.status == PENDING,
            problem=problems.get(step.position, "") if step.state != SIGNED else "",
        )
        for step in round_steps(request, number)
    ]


def _who(step: RequestStep) -> str:
    if step.user_id is None:
        return role_title(step.role or "")
    from kezhi.builtin.accounts.services import user_by_id

    person = user_by_id(step.user_id)
    return person.name if person is not None else "—"


def _links(request: Request) -> list[tuple[Any, str]]:
    """Local addresses only, and none into an app that is not there."""
    if find_subject(request.kind) is None:
        return []
    found = request.snapshot.get("links") or []
    return [(label, str(url)) for label, url in found if str(url).startswith("/") and not str(url).startswith("//")]


def _short(digest: str) -> str:
    return digest if len(digest) <= 12 else f"{digest[:4]}…{digest[-4:]}"
