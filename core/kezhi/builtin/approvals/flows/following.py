"""Which flow a proposal follows: the newest version that the company keeps for its kind, else what the app ships."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from kezhi import Refused, db
from kezhi.i18n import _

from ..contributions import ESCALATE, EVERYBODY, REMIND, Proposal, Step
from ..models import FlowVersion
from ..subjects import known_subject
from .stored import FlowStep, from_json


def newest(kind: str) -> FlowVersion | None:
    """The newest version for a kind, also one that goes back to what the app ships."""
    statement = select(FlowVersion).where(FlowVersion.kind == kind).order_by(FlowVersion.version.desc()).limit(1)
    return db.session.scalars(statement).one_or_none()


def newest_of_all() -> dict[str, FlowVersion]:
    """The newest version for every kind that has one: one statement."""
    latest = select(func.max(FlowVersion.id)).group_by(FlowVersion.kind)
    return {row.kind: row for row in db.session.scalars(select(FlowVersion).where(FlowVersion.id.in_(latest)))}


def company_flow(kind: str) -> FlowVersion | None:
    """The version of the company's own flow that new proposals of a kind follow; None: what the app ships holds."""
    row = newest(kind)
    return row if row is not None and not row.shipped else None


def steps_of(row: FlowVersion) -> tuple[FlowStep, ...]:
    """The steps of a version; none for one that goes back to what the app ships."""
    return from_json(row.steps)


def flow_steps(kind: str, shipped: tuple[Step, ...] = ()) -> tuple[Step, ...]:
    """The steps that a new proposal of a kind follows; ``shipped`` are those that its app would put up.

    Errors: ``Refused`` when no enabled app has the kind.
    """
    row = company_flow(kind)
    if row is not None:
        return tuple(each.step for each in steps_of(row))
    return shipped or tuple(known_subject(kind)[1].steps())


def following(proposal: Proposal) -> tuple[FlowVersion | None, Proposal]:
    """The proposal with the steps that it follows, and the version they stand in. Read once, when a round begins.

    Errors: ``Refused`` without steps, and for a flow with amounts where the proposal has none; ``ValueError`` for
    shipped steps that do not say clearly who signs them.
    """
    row = newest(proposal.kind)
    if row is None or row.shipped:
        proposal = replace(proposal, steps=proposal.steps or tuple(known_subject(proposal.kind)[1].steps()))
        check_steps(proposal)
        return row, proposal
    steps = tuple(each.step for each in steps_of(row))
    if proposal.amount is None and any(step.above is not None or step.up_to is not None for step in steps):
        raise Refused(_("Who signs depends on the amount here, and none is given: enter the amount first."))
    return row, replace(proposal, steps=steps)


def flow_version(row: FlowVersion | None) -> dict[str, int]:
    """What the audit log says of the flow that a round follows."""
    return {} if row is None else {"flow": row.version}


def check_steps(proposal: Proposal) -> None:
    """Errors: ``Refused`` without steps; ``ValueError`` for steps that do not say clearly who signs them."""
    if not proposal.steps:
        raise Refused(_("An approval needs at least one step."))
    for step in proposal.steps:
        fault = _fault(step, proposal)
        if fault:
            raise ValueError(f"a step of {proposal.kind!r} {fault}: {step!r}")


def _fault(step: Step, proposal: Proposal) -> str:
    ways = [step.role is not None, step.user_id is not None, bool(step.people), step.manager_level is not None]
    one = step.user_id is not None or step.manager_level is not None
    if sum(ways) != 1:
        return "names a role, a person, people or a manager"
    if step.needs < 0 or (one and step.needs != 1) or (step.people and step.needs > len(set(step.people))):
        return "needs more people than it names"
    if step.in_turn and (step.user_id is not None or step.needs not in (1, EVERYBODY)):
        return "is signed in turn by all of its people"
    if (step.above is not None or step.up_to is not None) and proposal.amount is None:
        return "depends on an amount, and the proposal has none"
    if step.manager_level is not None and step.manager_level < 1:
        return "counts managers from 1"
    if step.late not in (REMIND, ESCALATE) or (step.hours is not None and step.hours < 1):
        return "has no such limit"
    return ""
