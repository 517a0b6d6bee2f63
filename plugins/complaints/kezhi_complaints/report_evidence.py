"""What shows that complaints are reported on every month, and that what is open is looked at (CMP-20, CMP-21)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import OPEN_STATES, SIGNED
from .report_telling import due_at
from .services.following import CLOCK
from .services.report_months import later, month_of
from .services.report_rows import COMPLAINTS, REPORTS

SERVICE = _l("Customer service")
MONTHS = 12


def report_evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CMP-20",
            _l("The report on each month is drafted by itself, and signed in the month after it."),
            ask=_signed,
            says=lambda found: _l("Reports of twelve months: %(signed)s signed of %(all)s",
                                  signed=found.records or 0, all=found.of or 0),
            records=Records("complaints.reports"),
            breaches=Records("complaints.reports", {"f.state": "draft"}),
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-21",
            _l("What is open stands on a board with the time that is left; nothing waits beyond its time."),
            ask=_open,
            says=lambda found: _l("Open complaints: %(open)s, overdue: %(late)s",
                                  open=found.records or 0, late=found.breaches or 0),
            records=Records("complaints.live"),
            breaches=Records("complaints.index", {"f.time_left": "overdue"}),
            responsible=SERVICE,
        ),
    ]  # fmt: skip


def _signed(today: date) -> Ask:
    """The reports of a year; drafts beyond the day by which they were to be put up are breaches."""
    c = REPORTS.c
    mine = select(func.count()).select_from(REPORTS).where(c.month >= later(month_of(today), -MONTHS))
    last = later(month_of(today), -1)
    late = last if clock.now() > due_at(last) else later(last, -1)
    return Ask(
        records=mine.where(c.state == SIGNED),
        of=mine,
        latest=select(func.max(c.signed_at)),
        breaches=mine.where(c.state == "draft", c.month <= late),
        waiting=mine.where(c.state == "waiting"),
    )


def _open(_today: date) -> Ask:
    rows: Any = select(func.count()).select_from(COMPLAINTS).where(COMPLAINTS.c.state.in_(OPEN_STATES))
    late = rows.join(CLOCK, CLOCK.c.complaint_id == COMPLAINTS.c.id).where(CLOCK.c.due_at < clock.now())
    return Ask(records=rows, breaches=late)
