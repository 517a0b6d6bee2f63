"""What shows that complaints are judged, handled and investigated by the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Text, func, or_, select, type_coerce

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import (
    ASKED,
    CLOSED,
    INVALID,
    JUDGED,
    OPEN_STATES,
    Complaint,
    Event,
    Guidance,
    Help,
    Investigation,
)

COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
FOUND: Any = Investigation.__table__
HELP: Any = Help.__table__
GUIDANCE: Any = Guidance.__table__
SERVICE = _l("Customer service")
LIST = Records("complaints.index")


def handling_evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CMP-03",
            _l("Every closed complaint was judged; an invalid one has a ground."),
            ask=_judged,
            says=lambda found: _l("Complaints judged: %(count)s", count=found.records or 0),
            records=LIST,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-04",
            _l("Every judgement names the severity and what was suggested; what departs from it has a reason."),
            ask=_severity,
            says=lambda found: _l("Judgements with a severity: %(count)s", count=found.records or 0),
            records=LIST,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-10",
            _l("No complaint is in the hands of the person complained about."),
            ask=_own_hands,
            says=lambda found: _l("Complaints with a handler: %(count)s", count=found.records or 0),
            records=LIST,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-11",
            _l("Nobody investigates a complaint that they handle or that is about them."),
            ask=_parties,
            says=lambda found: _l("Investigations: %(count)s", count=found.records or 0),
            records=LIST,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-16",
            _l("Assistance that was asked for is given in time or declined with a reason."),
            ask=_helped,
            says=lambda found: _l(
                "Assisted %(count)s times, %(late)s late", count=found.records or 0, late=found.breaches
            ),
            records=LIST,
            responsible=_l("All departments"),
        ),
        ClauseEvidence(
            "CMP-17",
            _l("Guidance on a complaint is answered in time by the unit."),
            ask=_answered,
            says=lambda found: _l(
                "Guidance answered %(count)s times, %(late)s late", count=found.records or 0, late=found.breaches
            ),
            records=LIST,
            responsible=SERVICE,
        ),
    ]


def _count(table: Any, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where)


def _judged(_today: date) -> Ask:
    c = COMPLAINTS.c
    bare = or_(c.validity == "", (c.validity == INVALID) & (c.ground == ""))
    return Ask(_count(COMPLAINTS, c.validity != ""), breaches=_count(COMPLAINTS, c.state == CLOSED, bare))


def _severity(_today: date) -> Ask:
    event = EVENTS.c
    departed = event.details["severity"].as_string() != event.details["suggested"].as_string()
    return Ask(
        _count(EVENTS, event.kind == JUDGED),
        breaches=_count(EVENTS, event.kind == JUDGED, departed, func.length(_stored(event.note)) == 0),
    )


def _stored(column: Any) -> Any:
    """A sealed text as it is stored: its length says whether there is one."""
    return type_coerce(column, Text())


def _own_hands(_today: date) -> Ask:
    c = COMPLAINTS.c
    return Ask(_count(COMPLAINTS, c.handler_id.is_not(None)), breaches=_count(COMPLAINTS, c.handler_id == c.accused_id))


def _parties(_today: date) -> Ask:
    c, own = COMPLAINTS.c, FOUND.c
    both = FOUND.join(COMPLAINTS, c.id == own.complaint_id)
    party = or_(own.investigator_id == c.handler_id, own.investigator_id == c.accused_id)
    return Ask(_count(FOUND), breaches=_count(both, own.ended_at.is_(None), party))


def _helped(_today: date) -> Ask:
    asked = HELP.c
    running = HELP.join(COMPLAINTS, COMPLAINTS.c.id == asked.complaint_id)
    waits = (asked.state == ASKED) & COMPLAINTS.c.state.in_(OPEN_STATES)
    return Ask(
        _count(HELP, asked.state != ASKED),
        breaches=_count(running, waits, asked.due_at < clock.now()),
        waiting=_count(running, waits, asked.due_at >= clock.now()),
    )


def _answered(_today: date) -> Ask:
    given = GUIDANCE.c
    waits = given.answered_at.is_(None)
    return Ask(
        _count(GUIDANCE, ~waits),
        breaches=_count(GUIDANCE, waits, given.due_at < clock.now()),
        waiting=_count(GUIDANCE, waits, given.due_at >= clock.now()),
    )
