"""What shows that complaints are answered in time: the clocks of this month (CMP-12, CMP-30, CMP-31)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, or_, select

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Found, Records

from .models import CHANNEL
from .services.clocks import ANSWER, PLAN, RESOLVE, RESPOND
from .services.entries import ENTRIES
from .services.following import RUNS

SERVICE = _l("Customer service")
OVERDUE = Records("complaints.index", {"f.time_left": "overdue"})


def clock_evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CMP-12",
            _l("No complaint is without a plan after 30 minutes of service, and none waits for its result too long."),
            ask=_month(PLAN, RESOLVE),
            says=_attainment,
            records=Records("complaints.index", {"f.time_left": "running"}),
            breaches=OVERDUE,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-30",
            _l("Enquiries, demands and problems are dealt with in the time of the customer's service tier."),
            ask=_month(ANSWER, RESPOND, RESOLVE),
            says=_attainment,
            records=Records("complaints.levels"),
            breaches=OVERDUE,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-31",
            _l("The channels in use say what they are meant for, and within which time they are answered."),
            ask=_channels,
            says=lambda found: _l("Channels with purpose and response time: %(count)s of %(of)s",
                                  count=found.records or 0, of=found.of or 0),
            needed=1,
            records=Records("complaints.levels"),
            responsible=SERVICE,
        ),
    ]  # fmt: skip


def _attainment(found: Found) -> Any:
    kept, ended = found.records or 0, found.of or 0
    return _l("This month in time: %(kept)s, late: %(missed)s", kept=kept, missed=ended - kept)


def _month(*kinds: str) -> Callable[[date], Ask]:
    """The clocks that started this month: how many were kept, of how many that are over or late; late and open now."""

    def ask(today: date) -> Ask:
        c, now = RUNS.c, clock.now()
        first = datetime.combine(today.replace(day=1), time(), clock.company_zone())
        count = select(func.count()).select_from(RUNS)
        mine = count.where(c.kind.in_(kinds), c.started_at >= first)
        late = c.due_at < now
        return Ask(
            records=mine.where(c.stopped_at <= c.due_at),
            of=mine.where(or_(c.stopped_at.is_not(None), late)),
            latest=select(func.max(c.stopped_at)).where(c.kind.in_(kinds)),
            breaches=count.where(c.kind.in_(kinds), c.stopped_at.is_(None), late),
            waiting=0,
        )

    return ask


def _channels(_today: date) -> Ask:
    c = ENTRIES.c
    used = select(func.count()).select_from(ENTRIES).where(c.list == CHANNEL, c.retired_at.is_(None))
    return Ask(records=used.where(c.minutes.is_not(None), c.purpose_zh != ""), of=used)
