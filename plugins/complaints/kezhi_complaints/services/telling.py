"""Whom it concerns is told: whose turn it is, to whom a complaint went up, who is asked for something (TSK-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from kezhi import lazy_gettext as _l
from kezhi.builtin.tasks.contributions import About, NoticeKind
from kezhi.builtin.tasks.services import notify

from ..access import ASSIST, READ
from ..models import Complaint, Guidance, Help
from ..steps import Step

TURN, RAISED, HELP, GUIDED = "complaints.turn", "complaints.raised", "complaints.help", "complaints.guided"


def notice_kinds() -> list[NoticeKind]:
    """The kinds of notices of handling."""
    return [
        NoticeKind(TURN, _l("A complaint is mine to handle or investigate"), page_of, "chat-left-text",
                   model=Complaint, permission=READ, mail="now"),
        NoticeKind(RAISED, _l("A complaint is escalated to me"), page_of, "arrow-up-circle", model=Complaint,
                   permission=READ, mail="now"),
        NoticeKind(HELP, _l("I am asked to assist with a complaint, or was answered"), help_page, "person-raised-hand",
                   model=Help, permission=ASSIST, mail="now"),
        NoticeKind(GUIDED, _l("Guidance on a complaint, and answers to it"), page_of, "signpost-2", model=Complaint,
                   permission=READ),
    ]  # fmt: skip


def page_of(reference: str) -> str:
    """The page of a complaint."""
    return url_for("complaints.show", complaint_id=int(reference))


def help_page(reference: str) -> str:
    """The page of a request for help."""
    return url_for("complaints.help", help_id=int(reference))


def tell_owner(complaint: Complaint, step: Step, owner_id: int | None, details: Mapping[str, Any]) -> None:
    """Whose turn it is learns it, and the leader of an escalation."""
    number = complaint.number
    if details.get("leader_id"):
        text = _l("Complaint %(number)s is escalated to you", number=number)
        notify(RAISED, [details["leader_id"]], text, about(complaint))
    if owner_id is None:
        return
    if details.get("role") == "investigator":
        text = _l("Complaint %(number)s is yours to investigate", number=number)
    elif step.key == "find":
        text = _l("The findings on complaint %(number)s are complete: it is your turn", number=number)
    else:
        text = _l("Complaint %(number)s is yours to handle", number=number)
    notify(TURN, [owner_id], text, about(complaint))


def tell_help(asked: Help, complaint: Complaint, people: list[int]) -> None:
    """Those who are asked learn it."""
    text = _l("You are asked to assist with complaint %(number)s", number=complaint.number)
    notify(HELP, people, text, About(complaint.number, str(asked.id), asked.id, complaint.customer_id))


def tell_helped(asked: Help, complaint: Complaint, *, declined: bool) -> None:
    """Who asked learns of the answer, or that there will be none."""
    if declined:
        text = _l("Assistance with complaint %(number)s was declined", number=complaint.number)
    else:
        text = _l("Assistance with complaint %(number)s was given", number=complaint.number)
    notify(HELP, [asked.asked_by_id], text, About(complaint.number, str(asked.id), asked.id, complaint.customer_id))


def tell_guided(guidance: Guidance, complaint: Complaint, *, answered: bool) -> None:
    """Who has to answer learns of guidance, who gave it of the answer."""
    if answered:
        text = _l("Your guidance on complaint %(number)s was answered", number=complaint.number)
        notify(GUIDED, [guidance.by_id], text, about(complaint))
    else:
        text = _l("There is guidance on complaint %(number)s for you to answer", number=complaint.number)
        notify(GUIDED, [guidance.person_id], text, about(complaint))


def about(complaint: Complaint) -> About:
    """The complaint, as notices name it."""
    return About(complaint.number, str(complaint.id), complaint.id, complaint.customer_id)
