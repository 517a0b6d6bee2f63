"""How the history, the parties and the grounds of a complaint are called."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi import localised, setting
from kezhi.i18n import lazy_pgettext

from .models import (
    ACCEPTED,
    ACTION,
    ANSWERED,
    ASKED,
    ASSIGNED,
    CHANGED,
    CLOSED,
    COMPLAINANT,
    COMPLAINED,
    CONFIRMED,
    DECLINED,
    ESCALATED,
    FOUND,
    GROUNDS,
    GUIDED,
    HELP_ASKED,
    HELP_ENDED,
    HELPED,
    IN_PROGRESS,
    INVESTIGATING,
    JUDGED,
    NOTED,
    OUTSIDE_PROMISES,
    PAUSED,
    PLANNED,
    REGISTERED,
    REMEDY,
    REOPENED,
    RESUMED,
    SATISFACTION,
    SHARES,
    TIER,
    TOLD,
    WITHDRAWN,
    WITNESS,
)
from .words import GROUND_WORDS

#: (what happened, icon, tone) by kind of event
EVENT_WORDS: dict[str, tuple[Any, str, str]] = {
    REGISTERED: (lazy_pgettext("complaint", "Registered"), "plus-lg", "gray"),
    ACCEPTED: (lazy_pgettext("complaint", "Accepted"), "check-lg", "blue"),
    INVESTIGATING: (lazy_pgettext("event", "Investigation started"), "search", "indigo"),
    PLANNED: (lazy_pgettext("complaint", "Plan proposed"), "list-check", "violet"),
    IN_PROGRESS: (lazy_pgettext("complaint", "In progress"), "play", "teal"),
    ANSWERED: (lazy_pgettext("event", "The customer was answered"), "reply", "green"),
    CONFIRMED: (lazy_pgettext("complaint", "Confirmed by the customer"), "check2-all", "green"),
    CLOSED: (lazy_pgettext("complaint", "Closed"), "archive", "gray"),
    WITHDRAWN: (lazy_pgettext("event", "Withdrawn by the complainant"), "arrow-return-left", "gray"),
    ASSIGNED: (lazy_pgettext("event", "Assigned"), "person-check", "blue"),
    JUDGED: (lazy_pgettext("event", "Judged"), "hammer", "indigo"),
    ESCALATED: (lazy_pgettext("event", "Escalated"), "arrow-up-circle", "red"),
    REOPENED: (lazy_pgettext("event", "Re-opened"), "arrow-counterclockwise", "amber"),
    PAUSED: (lazy_pgettext("event", "Waiting for the customer"), "pause", "gray"),
    RESUMED: (lazy_pgettext("event", "Goes on"), "play", "blue"),
    TOLD: (lazy_pgettext("event", "Told"), "telephone", "teal"),
    NOTED: (lazy_pgettext("event", "Note"), "pencil", "gray"),
    GUIDED: (lazy_pgettext("event", "Guidance"), "signpost-2", "amber"),
    CHANGED: (lazy_pgettext("event", "Changed"), "pencil", "gray"),
    HELP_ASKED: (lazy_pgettext("event", "Assistance asked for"), "person-raised-hand", "indigo"),
    HELP_ENDED: (lazy_pgettext("event", "Assistance given"), "person-raised-hand", "green"),
    FOUND: (lazy_pgettext("event", "Findings complete"), "clipboard-check", "green"),
    TIER: (lazy_pgettext("event", "Service tier changed"), "award", "gray"),
    REMEDY: (lazy_pgettext("event", "Remedy"), "gift", "violet"),
    SHARES: (lazy_pgettext("event", "Cause and responsibility named"), "pie-chart", "indigo"),
    ACTION: (lazy_pgettext("event", "Corrective action"), "tools", "teal"),
    SATISFACTION: (lazy_pgettext("event", "Satisfaction"), "emoji-smile", "blue"),
}
#: to whom findings are explained
PARTY_WORDS: dict[str, Any] = {
    "customer": lazy_pgettext("party", "The complainant"),
    "unit": lazy_pgettext("party", "The unit complained about"),
    "accused": lazy_pgettext("party", "The person complained about"),
    "leader": lazy_pgettext("party", "Their direct leader"),
}
SIDE_WORDS: dict[str, Any] = {
    COMPLAINANT: lazy_pgettext("heard", "Complainant's side"),
    COMPLAINED: lazy_pgettext("heard", "Side complained about"),
    WITNESS: lazy_pgettext("heard", "Witness"),
}
HELP_WORDS: dict[str, tuple[Any, str]] = {
    ASKED: (lazy_pgettext("help", "Waits for an answer"), "amber"),
    HELPED: (lazy_pgettext("help", "Answered"), "green"),
    DECLINED: (lazy_pgettext("help", "Declined"), "red"),
}
#: the steps that a complaint goes through, as its page names them: in short
STEPPER = (
    (REGISTERED, lazy_pgettext("stepper", "Registration")),
    (ACCEPTED, lazy_pgettext("stepper", "Acceptance")),
    (INVESTIGATING, lazy_pgettext("stepper", "Investigation")),
    (PLANNED, lazy_pgettext("stepper", "Plan")),
    (IN_PROGRESS, lazy_pgettext("stepper", "Handling")),
    (ANSWERED, lazy_pgettext("stepper", "Answer")),
    (CONFIRMED, lazy_pgettext("stepper", "Confirmation")),
    (CLOSED, lazy_pgettext("stepper", "Close")),
)
DECLINED_EVENT = _l("Assistance declined")
GUIDANCE_ANSWERED = _l("Guidance answered")
CLOSED_UNANSWERED = _l("Closed: the customer did not reply")


def ground_words() -> dict[str, Any]:
    """The six grounds as this company words them: the second one is a setting (CMP-03)."""
    texts = {"zh": setting("complaints", "ground_2_zh"), "en": setting("complaints", "ground_2_en")}
    own = localised({key: text for key, text in texts.items() if text}) if any(texts.values()) else ""
    return {key: own if own and key == OUTSIDE_PROMISES else GROUND_WORDS[key] for key in GROUNDS}
