"""What each step of a complaint does beside moving its state (CMP-03, CMP-04, CMP-10, CMP-12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from kezhi import Refused, acting_user, clock, db
from kezhi.i18n import _

from ..models import (
    CHANNEL,
    INVALID,
    INVESTIGATOR,
    LEADER,
    TOLD,
    VALID,
    Complaint,
    Investigation,
)
from ..rules import SEVERITIES, suggested_severity, why_not
from .checking import PARTIES, case_of, running_investigation
from .entries import ENTRIES
from .history import add_event
from .people import INVESTIGATIONS, add_part, check_handler, check_investigator, end_part, leader_for
from .satisfaction import settle_all
from .satisfaction_mail import ask_by_itself
from .stepping import Effect, Prepare

Values = Mapping[str, Any]


def accept(complaint: Complaint, values: Values) -> Effect:
    """Somebody of the desk takes it on, or names who does."""
    handler = check_handler(complaint, values["handler"] or acting_user().id)
    return Effect({"handler_id": handler.id}, {"user_id": handler.id}, handler.id)


def reopen(complaint: Complaint, values: Values) -> Effect:
    """It begins anew with its handler or another one; the judgement and the answer no longer count."""
    handler = check_handler(complaint, values["handler"] or complaint.handler_id or acting_user().id)
    columns = {
        "handler_id": handler.id, "reopened": complaint.reopened + 1, "validity": "", "severity": "", "ground": "",
        "answered_at": None, "closed_at": None,
    }  # fmt: skip

    def begin(found: Complaint) -> None:
        end_investigation(found)
        settle_all(found)

    return Effect(columns, {"user_id": handler.id}, handler.id, begin)


def take(complaint: Complaint, _values: Values) -> Effect:
    """The acting person handles it from now on."""
    return _given_to(complaint, acting_user().id)


def assign(complaint: Complaint, values: Values) -> Effect:
    """Another person handles it from now on."""
    return _given_to(complaint, values["handler"])


def _given_to(complaint: Complaint, user_id: int | None) -> Effect:
    handler = check_handler(complaint, user_id)
    if handler.id == complaint.handler_id:
        raise Refused(_("%(name)s handles it already.", name=handler.name), field="handler")
    return Effect({"handler_id": handler.id}, {"role": "handler", "user_id": handler.id}, handler.id)


def investigate(complaint: Complaint, values: Values) -> Effect:
    """An investigator is named who is no party to it (CMP-11)."""
    person = check_investigator(complaint, values["investigator"])

    def begin(found: Complaint) -> None:
        end_investigation(found)
        last = select(func.max(INVESTIGATIONS.c.round)).where(INVESTIGATIONS.c.complaint_id == found.id)
        db.session.add(
            Investigation(
                complaint_id=found.id,
                round=(db.session.scalar(last) or 0) + 1,
                investigator_id=person.id,
                assigned_by_id=acting_user().id,
                assigned_at=clock.now(),
            )
        )
        db.session.flush()
        add_part(found, int(person.id or 0), INVESTIGATOR)

    return Effect({}, {"role": INVESTIGATOR, "user_id": person.id}, person.id, begin)


def replace(complaint: Complaint, values: Values) -> Effect:
    """Another one investigates; what was found so far stays on record, and the judgement waits for the new findings."""
    running = running_investigation(complaint)
    if running is not None and running.investigator_id == values["investigator"]:
        raise Refused(_("This person investigates it already."), field="investigator")
    return investigate(complaint, values)


def end_investigation(complaint: Complaint) -> None:
    """The running investigation has ended; who made it takes no part any more."""
    running = running_investigation(complaint)
    if running is None:
        return
    running.ended_at = clock.now()
    db.session.flush()
    end_part(complaint, running.investigator_id, INVESTIGATOR)


def find(complaint: Complaint, _values: Values) -> Effect:
    """The facts are found: it is the handler's turn to judge."""

    def finish(found: Complaint) -> None:
        running = running_investigation(found)
        assert running is not None  # the step was checked
        running.finished_at = clock.now()
        running.version += 1
        db.session.flush()

    return Effect(owner_id=complaint.handler_id, then=finish)


def judge(complaint: Complaint, values: Values) -> Effect:
    """Valid or invalid by one of six grounds, and how grave; what departs from the suggestion is given a reason."""
    validity, ground = values["validity"], values["ground"]
    if validity not in (VALID, INVALID):
        raise Refused(_("Judge: valid or invalid."), field="validity")
    if validity == VALID:
        ground = ""
    elif not ground:
        raise Refused(_("Choose on which of the six grounds it is invalid."), field="ground")
    elif reason := why_not(ground, case_of(complaint)):
        raise Refused(_("This ground does not hold: %(reason)s.", reason=reason), field="ground")
    improper, untrue = bool(values["improper"]), bool(values["untrue"])
    suggested = suggested_severity(validity, ground, improper=improper, untrue=untrue)
    severity = values["severity"] or suggested
    if severity not in SEVERITIES[validity]:
        raise Refused(_("Choose one of the severities of such a complaint."), field="severity")
    if severity != suggested and not values["note"]:
        raise Refused(_("Say why the severity departs from what is suggested."), field="note")
    judged = {"validity": validity, "severity": severity, "ground": ground}
    details = {**judged, "suggested": suggested, "improper": improper, "untrue": untrue}
    return Effect(judged, details, complaint.handler_id)


def plan(complaint: Complaint, _values: Values) -> Effect:
    """A plan stands on record: that stops the first clock (CMP-12)."""
    return Effect(owner_id=complaint.handler_id, stamps=_first_plan(complaint))


def answer(complaint: Complaint, values: Values) -> Effect:
    """The customer has the answer, by the handler, who did not investigate."""
    details = {"channel_id": _channel(values)}
    return Effect({}, details, complaint.handler_id, stamps=("answered_at", *_first_plan(complaint)))


def _first_plan(complaint: Complaint) -> tuple[str, ...]:
    return () if complaint.planned_at else ("planned_at",)


def onwards(complaint: Complaint, _values: Values) -> Effect:
    """It is the handler's turn."""
    return Effect(owner_id=complaint.handler_id)


def end(_complaint: Complaint, _values: Values) -> Effect:
    """Nobody's turn any more."""
    return Effect(stamps=("closed_at",))


def close(_complaint: Complaint, _values: Values) -> Effect:
    """Nobody's turn any more; the customer is asked whether they are satisfied (CMP-15)."""
    return Effect(stamps=("closed_at",), then=ask_by_itself)


def lapse(_complaint: Complaint, _values: Values) -> Effect:
    """The customer never said whether the answer will do: nobody's turn any more."""
    return Effect(details={"unanswered": True}, stamps=("closed_at",))


def pause(_complaint: Complaint, _values: Values) -> Effect:
    """It waits for the customer."""
    return Effect({"paused": True})


def resume(complaint: Complaint, _values: Values) -> Effect:
    """It goes on."""
    return Effect({"paused": False}, {}, complaint.handler_id)


def explain(_complaint: Complaint, values: Values) -> Effect:
    """The findings were explained to one of the parties (CMP-11)."""
    if values["party"] not in PARTIES:
        raise Refused(_("Choose to whom the findings were explained."), field="party")
    return Effect(details={"about": "findings", "party": values["party"]})


def escalate(complaint: Complaint, _values: Values) -> Effect:
    """It goes up to the direct leader; the state stays."""
    leader = leader_for(complaint)

    def show(found: Complaint) -> None:
        if leader is not None:
            add_part(found, leader, LEADER)

    return Effect({"level": complaint.level + 1}, {"leader_id": leader, "level": complaint.level + 1}, then=show)


def delay(complaint: Complaint, values: Values) -> Effect:
    """It cannot be solved in time: the customer was told, and so is the direct leader, in one step (CMP-12)."""
    channel, effect = _channel(values), escalate(complaint, values)
    show = effect.then

    def told(found: Complaint) -> None:
        assert show is not None
        show(found)
        add_event(found, TOLD, values["told"], about="delay", party="customer", channel_id=channel)

    effect.then = told
    effect.details["delay"] = True
    return effect


def _channel(values: Values) -> int:
    channel: int | None = db.session.scalar(
        select(ENTRIES.c.id).where(
            ENTRIES.c.id == values["channel"], ENTRIES.c.list == CHANNEL, ENTRIES.c.retired_at.is_(None)
        )
    )
    if channel is None:
        raise Refused(_("Choose by which channel the customer was told."), field="channel")
    return channel


PREPARE: dict[str, Prepare] = {
    "accept": accept, "reopen": reopen, "take": take, "assign": assign, "investigate": investigate, "replace": replace,
    "find": find, "judge": judge, "plan": plan, "start": onwards, "answer": answer, "confirm": onwards, "close": close,
    "lapse": lapse, "withdraw": end,
    "pause": pause, "resume": resume, "explain": explain, "escalate": escalate, "delay": delay,
}  # fmt: skip
