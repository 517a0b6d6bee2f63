"""Who may make which step of a complaint now, and what has to be done before it (CMP-10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kezhi import NotFound, Refused, User, acting_user, clock, db, setting
from kezhi.builtin.customers.services import looks_only
from kezhi.i18n import _

from ..access import HANDLE
from ..models import INVALID, KIND, REOPENED, TOLD, Complaint, Event, Investigation
from ..rules import ATTITUDE, Case
from ..steps import (
    DESK,
    EXPLAINED,
    FINDER,
    FINDINGS,
    HANDLER,
    JUDGEMENT,
    RUNNING,
    SEER,
    SILENT,
    STEPS,
    WAITING,
    Step,
    leaves,
)
from ..words import STATE_WORDS
from .entries import ENTRIES
from .people import barred

EVENT: Any = Event.__table__
#: to whom findings are explained
CUSTOMER, UNIT_PARTY, ACCUSED, ACCUSED_LEADER = "customer", "unit", "accused", "leader"
PARTIES = (CUSTOMER, UNIT_PARTY, ACCUSED, ACCUSED_LEADER)
UNSCOPED = {"kezhi_unscoped": True}


def running_investigation(complaint: Complaint) -> Investigation | None:
    """The investigation that is going on or complete, not one that was replaced, whoever looks."""
    mine = (Investigation.complaint_id == complaint.id) & Investigation.ended_at.is_(None)
    found: Investigation | None = db.session.scalars(
        select(Investigation).where(mine), execution_options=UNSCOPED
    ).one_or_none()
    return found


def is_shortened(step: Step, complaint: Complaint) -> bool:
    """Whether the complaint may leave out states here: an invalid one needs no plan, an anonymous one no consent."""
    invalid = complaint.validity == INVALID
    return invalid or (step.key == "close" and complaint.anonymous)


def makes(step: Step, complaint: Complaint, user: User, investigator_id: int | None) -> bool:
    """Whether the step is one of this person's. The system makes those that nobody makes by hand (escalation)."""
    if SEER in step.by:
        return True
    if user.is_system:
        return step.key == "escalate"
    handles = user.can(HANDLE)
    return (
        (DESK in step.by and handles)
        or (HANDLER in step.by and handles and user.id == complaint.handler_id)
        or (FINDER in step.by and user.id == investigator_id)
    )


def check_step(key: str, complaint: Complaint) -> Step:
    """The step, if the acting person may make it now.

    Errors: ``NotFound`` for a step that is not theirs; ``Refused`` where it does not lead on from the state, something
    has to be done before, or they stand in for the person complained about.
    """
    step, user = STEPS.get(key), acting_user()
    running = running_investigation(complaint)
    if step is None or not makes(step, complaint, user, running.investigator_id if running else None):
        raise NotFound(_("There is no such page."))
    if not user.is_system and key != "note" and user.id in barred(complaint):
        raise Refused(_("You stand in for the person complained about: somebody else has to do this."))
    if not leaves(step, complaint.state, shortened=is_shortened(step, complaint)):
        raise Refused(
            _(
                "%(number)s is “%(state)s”: “%(step)s” does not follow from that.",
                number=complaint.number,
                state=STATE_WORDS[complaint.state],
                step=step.title,
            )
        )
    missing = missing_before(step, complaint, running)
    if missing:
        raise Refused(missing)
    return step


def missing_before(step: Step, complaint: Complaint, running: Investigation | None) -> Any:
    """What has to be done before a step, in a sentence; empty when nothing is missing."""
    if RUNNING in step.after and complaint.paused:
        return _("It waits for the customer already.")
    if WAITING in step.after and not complaint.paused:
        return _("It does not wait for the customer.")
    if JUDGEMENT in step.after and not complaint.validity:
        return _("Judge the complaint first: valid or invalid.")
    if FINDINGS in step.after and step.key != "find" and (running is None or running.finished_at is None):
        return _("The investigation is not complete yet.")
    if FINDINGS in step.after and step.key == "find":
        if running is not None and running.finished_at is not None:
            return _("The findings are complete already.")
        if running is None or not running.facts:
            return _("Write down the facts found first.")
    if SILENT in step.after and (waits := not_silent(complaint)):
        return waits
    if EXPLAINED in step.after:
        return not_explained(complaint)
    return ""


def not_silent(complaint: Complaint) -> Any:
    """How long the customer may still reply before the complaint is closed without it; empty when that is over."""
    ends = (complaint.answered_at or clock.now()) + timedelta(days=int(setting("complaints", "silence_days")))
    if complaint.answered_at is not None and clock.now() >= ends:
        return ""
    day = f"{clock.local(ends):%Y-%m-%d %H:%M}"
    return _("The customer may still reply: it can be closed without that from %(day)s on.", day=day)


def not_explained(complaint: Complaint) -> Any:
    """To whom the findings still have to be explained before the complaint is closed (CMP-11); empty when to nobody."""
    told = explained_to(complaint)
    if CUSTOMER not in told and not complaint.anonymous:
        return _("Put on record that the findings were explained to the complainant.")
    if complaint.accused_id is not None and not told & {ACCUSED, ACCUSED_LEADER}:
        return _(
            "Put on record that the findings were explained to the person complained about or their direct leader."
        )
    if not told & {UNIT_PARTY, ACCUSED, ACCUSED_LEADER}:
        return _("Put on record that the findings were explained to the unit complained about.")
    return ""


def explained_to(complaint: Complaint) -> set[str]:
    """The parties to whom the findings were explained since the complaint was opened (again)."""
    statement = select(EVENT.c.kind, EVENT.c.details).where(
        EVENT.c.complaint_id == complaint.id, EVENT.c.kind.in_((TOLD, REOPENED))
    )
    found: set[str] = set()
    for kind, details in db.session.execute(statement.order_by(EVENT.c.id)):
        if kind == REOPENED:
            found.clear()
        elif details.get("about") == "findings":
            found.add(details["party"])
    return found


def case_of(complaint: Complaint) -> Case:
    """What of the complaint the grounds depend on."""
    received_on = clock.local(complaint.received_at).date()
    return Case(complaint.anonymous, is_about_attitude(complaint.kind_id), complaint.happened_on, received_on)


def is_about_attitude(kind_id: int) -> bool:
    """Whether a kind, or one above it, is one of those about attitude."""
    rows = db.session.execute(select(ENTRIES.c.id, ENTRIES.c.key, ENTRIES.c.parent_id).where(ENTRIES.c.list == KIND))
    kinds = {row.id: row for row in rows}
    at: int | None = kind_id
    for _step in range(len(kinds)):
        if at is None:
            return False
        if kinds[at].key in ATTITUDE:
            return True
        at = kinds[at].parent_id
    return False


def may_make(complaint: Complaint, keys: Iterable[str] = STEPS) -> dict[str, Any]:
    """The steps that the acting person may make from the present state, with what is missing before (or nothing)."""
    user, running = acting_user(), running_investigation(complaint)
    if looks_only(complaint):  # of a customer that is shared with them to be looked at
        return {}
    if user.id in barred(complaint):
        keys = ("note",)
    found: dict[str, Any] = {}
    for key in keys:
        step = STEPS[key]
        mine = makes(step, complaint, user, running.investigator_id if running else None)
        if mine and leaves(step, complaint.state, shortened=is_shortened(step, complaint)):
            found[key] = missing_before(step, complaint, running)
    return found
