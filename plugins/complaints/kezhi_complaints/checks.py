"""What must always be true of complaints and feedback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, ngettext

from .clock_checks import clock_checks
from .handling_checks import handling_checks
from .models import REGISTERED, WENT_ON, Complaint, Event, Feedback
from .remedy_checks import remedy_checks
from .report_checks import report_checks

COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
FEEDBACK: Any = Feedback.__table__


def checks() -> list[Check]:
    """The checks of the register."""
    return [
        Check("complaints.events", _l("Every complaint has the event of its registration"), _events),
        Check("complaints.numbers", _l("The numbers of complaints and feedback have no gaps"), _numbers),
        *clock_checks(),
        *handling_checks(),
        *remedy_checks(),
        *report_checks(),
        Check("complaints.went_on", _l("Feedback that went on names its complaint"), _went_on),
    ]


def _events(session: Session) -> Sequence[Finding]:
    first = exists().where(EVENTS.c.complaint_id == COMPLAINTS.c.id, EVENTS.c.kind == REGISTERED)
    count = session.scalar(select(func.count()).select_from(COMPLAINTS).where(~first))
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s complaint has no event of its registration: its history was changed in the database.",
                "%(num)s complaints have no event of their registration: their history was changed in the database.",
                count,
            )
        )
    ]


def _numbers(session: Session) -> Sequence[Finding]:
    """Months in which fewer records stand than the highest number says."""
    found = []
    for table in (COMPLAINTS, FEEDBACK):
        month = func.substr(table.c.number, 1, 9)
        rows = session.execute(select(month, func.count(), func.max(table.c.number)).group_by(month))
        for letters, count, highest in rows:
            last = highest.rpartition("-")[2]
            if len(highest) == 14 and last.isdigit() and int(last) != count:
                found.append(Finding(_("Numbers %(month)s are missing: %(count)s of %(last)s are there.",
                                       month=letters, count=count, last=int(last))))  # fmt: skip
    return found


def _went_on(session: Session) -> Sequence[Finding]:
    wrong = or_(
        and_(FEEDBACK.c.state == WENT_ON, FEEDBACK.c.complaint_id.is_(None)),
        and_(FEEDBACK.c.state != WENT_ON, FEEDBACK.c.complaint_id.is_not(None)),
    )
    numbers = session.scalars(select(FEEDBACK.c.number).where(wrong).order_by(FEEDBACK.c.number).limit(20)).all()
    return [Finding(_("Feedback %(number)s does not agree with its complaint.", number=number)) for number in numbers]
