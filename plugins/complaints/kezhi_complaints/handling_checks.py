"""What must always be true of complaints, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import ANSWERED, ASKED, CLOSED, INVALID, Complaint, Event, Help, Investigation
from .services.folding import COLUMNS, standing

MOST = 20  #: findings shown of one check
COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
FOUND: Any = Investigation.__table__
HELP: Any = Help.__table__


def handling_checks() -> list[Check]:
    """The checks of handling."""
    return [
        Check("complaints.standing", _l("Complaints stand as their history says"), wrong_standing),
        Check("complaints.accused", _l("Nobody handles a complaint about themself"), own_complaints),
        Check("complaints.answered", _l("Closed complaints were judged and answered"), unanswered),
    ]


def wrong_standing(session: Session) -> Sequence[Finding]:
    """Complaints whose columns are not what their events say. Events are read in one go, texts left out."""
    columns = [COMPLAINTS.c[name].label(f"now_{name}") for name in COLUMNS]
    event = EVENTS.c
    rows = session.execute(
        select(COMPLAINTS.c.number, *columns, event.kind, event.at, event.owner_id, event.details)
        .outerjoin(EVENTS, event.complaint_id == COMPLAINTS.c.id)
        .order_by(COMPLAINTS.c.id, event.id)
        .execution_options(yield_per=1000)
    )
    wrong = []
    for number, theirs in groupby(rows, key=lambda row: row.number):
        lines = list(theirs)
        now = {name: getattr(lines[0], f"now_{name}") for name in COLUMNS}
        if now != standing((row.kind, row.at, row.owner_id, row.details) for row in lines if row.kind):
            wrong.append(number)
        if len(wrong) == MOST:
            break
    return [Finding(_("%(number)s does not stand as its history says.", number=each)) for each in wrong]


def own_complaints(session: Session) -> Sequence[Finding]:
    """Complaints whose handler, investigator or assistant is the person complained about."""
    c = COMPLAINTS.c
    finds = select(FOUND.c.complaint_id).where(
        FOUND.c.complaint_id == c.id, FOUND.c.investigator_id == c.accused_id, FOUND.c.ended_at.is_(None)
    )
    helps = select(HELP.c.complaint_id).where(
        HELP.c.complaint_id == c.id, HELP.c.person_id == c.accused_id, HELP.c.state == ASKED
    )
    same = or_(c.handler_id == c.accused_id, finds.exists(), helps.exists())
    numbers = session.scalars(select(c.number).where(c.accused_id.is_not(None), same).order_by(c.number).limit(MOST))
    return [
        Finding(_("%(number)s is in the hands of the person complained about: give it away.", number=each))
        for each in numbers
    ]


def unanswered(session: Session) -> Sequence[Finding]:
    """Closed complaints without judgement or answer; invalid ones have a ground."""
    c = COMPLAINTS.c
    answer = select(EVENTS.c.id).where(EVENTS.c.complaint_id == c.id, EVENTS.c.kind == ANSWERED).exists()
    bare = or_(c.validity == "", c.answered_at.is_(None), ~answer, (c.validity == INVALID) & (c.ground == ""))
    numbers = session.scalars(select(c.number).where(c.state == CLOSED, bare).order_by(c.number).limit(MOST))
    return [Finding(_("%(number)s was closed without judgement or answer.", number=each)) for each in numbers]
