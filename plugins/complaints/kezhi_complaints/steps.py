"""The table of steps of a complaint (CMP-10): services, pages and tests read it, and nothing else allows a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kezhi.i18n import lazy_pgettext

from .models import (
    ACCEPTED,
    ANSWERED,
    ASSIGNED,
    CLOSED,
    CONFIRMED,
    ESCALATED,
    FOUND,
    IN_PROGRESS,
    INVESTIGATING,
    JUDGED,
    NOTED,
    OPEN_STATES,
    PAUSED,
    PLANNED,
    REGISTERED,
    REOPENED,
    RESUMED,
    STATES,
    TOLD,
    WITHDRAWN,
)

#: who makes a step: whoever has the right to handle complaints, the handler of this one, its present investigator, or
#: anybody who sees it
DESK, HANDLER, FINDER, SEER = "desk", "handler", "investigator", "seer"

#: what has to be, beside the state
JUDGEMENT, FINDINGS, EXPLAINED, RUNNING, WAITING = "judgement", "findings", "explained", "running", "waiting"
SILENT = "silent"  #: the customer has not replied for as long as the company waits


@dataclass(frozen=True, slots=True)
class Step:
    """A step from one of ``sources`` to ``target`` (None: the state stays), put on record as ``event``.

    ``by``: each of these may make it. ``fields`` are asked for, those in ``needs`` have to be given. ``after`` says
    what has to be done before. ``short`` are states from which it leads on only where the complaint was judged invalid
    (or, to the end, is anonymous): what such a complaint leaves out.
    """

    key: str
    title: Any
    sources: tuple[str, ...]
    target: str | None
    by: tuple[str, ...]
    event: str
    fields: tuple[str, ...] = ("note",)
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    icon: str = "check-lg"


WORKED_ON = (INVESTIGATING, PLANNED, IN_PROGRESS)


STEPS: dict[str, Step] = {
    each.key: each
    for each in (
        # ── the way of every complaint
        Step("accept", lazy_pgettext("step", "Accept"), (REGISTERED,), ACCEPTED, (DESK,), ACCEPTED,
             ("handler", "note")),
        Step("investigate", lazy_pgettext("step", "Start the investigation"), (ACCEPTED,), INVESTIGATING, (DESK,),
             INVESTIGATING, ("investigator", "note"), ("investigator",), icon="search"),
        Step("plan", lazy_pgettext("step", "Propose a plan"), (INVESTIGATING,), PLANNED, (HANDLER,), PLANNED,
             needs=("note",), icon="list-check"),
        Step("start", lazy_pgettext("step", "Carry it out"), (PLANNED,), IN_PROGRESS, (HANDLER,), IN_PROGRESS,
             icon="play"),
        Step("answer", lazy_pgettext("step", "Answer the customer"), (IN_PROGRESS,), ANSWERED, (HANDLER,), ANSWERED,
             ("note", "channel"), ("note", "channel"), after=(JUDGEMENT,), short=(INVESTIGATING, PLANNED),
             icon="reply"),
        Step("confirm", lazy_pgettext("step", "The customer confirms"), (ANSWERED,), CONFIRMED, (HANDLER, DESK),
             CONFIRMED, icon="check2-all"),
        Step("close", lazy_pgettext("step", "Close"), (CONFIRMED,), CLOSED, (HANDLER,), CLOSED, after=(EXPLAINED,),
             short=(ANSWERED,), icon="archive"),
        # ── side exits
        Step("lapse", lazy_pgettext("step", "Close without a reply"), (ANSWERED,), CLOSED, (HANDLER,), CLOSED,
             needs=("note",), after=(SILENT, EXPLAINED), icon="archive"),
        Step("withdraw", lazy_pgettext("step", "Withdrawn by the complainant"), OPEN_STATES, WITHDRAWN,
             (HANDLER, DESK), WITHDRAWN, needs=("note",), icon="arrow-return-left"),
        Step("reopen", lazy_pgettext("step", "Re-open"), (ANSWERED, CONFIRMED, CLOSED, WITHDRAWN), ACCEPTED, (DESK,),
             REOPENED, ("handler", "note"), ("note",), icon="arrow-counterclockwise"),
        # ── the state stays
        Step("take", lazy_pgettext("step", "Take over"), OPEN_STATES[1:], None, (DESK,), ASSIGNED, icon="person-check"),
        Step("assign", lazy_pgettext("step", "Give to another handler"), OPEN_STATES[1:], None, (DESK,), ASSIGNED,
             ("handler", "note"), ("handler",), icon="person-gear"),
        Step("replace", lazy_pgettext("step", "Have another one investigate"), WORKED_ON, None, (DESK,), ASSIGNED,
             ("investigator", "note"), ("investigator",), icon="person-lines-fill"),
        Step("find", lazy_pgettext("step", "Findings are complete"), WORKED_ON, None, (FINDER,), FOUND, (),
             after=(FINDINGS,), icon="clipboard-check"),
        Step("judge", lazy_pgettext("step", "Judge"), WORKED_ON, None, (HANDLER,), JUDGED,
             ("validity", "severity", "ground", "improper", "untrue", "note"), ("validity",), after=(FINDINGS,),
             icon="hammer"),
        Step("pause", lazy_pgettext("step", "Wait for the customer"), OPEN_STATES[1:], None, (HANDLER,), PAUSED,
             needs=("note",), after=(RUNNING,), icon="pause"),
        Step("resume", lazy_pgettext("step", "Go on"), OPEN_STATES, None, (HANDLER, DESK), RESUMED, after=(WAITING,),
             icon="play"),
        Step("escalate", lazy_pgettext("step", "Escalate"), OPEN_STATES, None, (HANDLER, DESK), ESCALATED,
             needs=("note",), icon="arrow-up-circle"),
        Step("delay", lazy_pgettext("step", "It takes longer"), OPEN_STATES[1:5], None, (HANDLER,), ESCALATED,
             ("note", "channel", "told"), ("note", "channel", "told"), icon="hourglass-split"),
        Step("explain", lazy_pgettext("step", "Findings explained"), (*WORKED_ON, ANSWERED, CONFIRMED), None,
             (HANDLER, DESK, FINDER), TOLD, ("party", "note"), ("party",), after=(FINDINGS,), icon="megaphone"),
        Step("note", lazy_pgettext("step", "Add a note"), STATES, None, (SEER,), NOTED, needs=("note",),
             icon="pencil"),
    )
}  # fmt: skip

#: the one step by which a complaint goes on from each state, of which its page makes the big button
NEXT = {REGISTERED: "accept", ACCEPTED: "investigate", INVESTIGATING: "plan", PLANNED: "start", IN_PROGRESS: "answer",
        ANSWERED: "confirm", CONFIRMED: "close"}  # fmt: skip


def leaves(step: Step, state: str, *, shortened: bool = False) -> bool:
    """Whether a step leads on from a state; ``shortened``: the complaint may leave out what ``short`` says."""
    return state in step.sources or (shortened and state in step.short)
