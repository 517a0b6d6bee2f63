"""The demo company's board: what does not apply to it, and a year in which its clauses were kept day by day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from kezhi import acting_as, clock, db, writing

from . import services
from .lines import all_lines
from .models import Stretch
from .services.states import KEPT, OVERDUE, UNMEASURED

DAYS = 330  #: of the invented record before today
#: clause, the reason that the general manager gives
EXEMPT = (("GRD-25", "公司没有外贸业务，不使用外贸客户 ABCD 方案。"),)
#: how many days ago something was overdue, for how long
LAPSES = {"CUS-02": ((201, 12),), "CUS-04": ((96, 5), (40, 3)), "TSK-01": ((130, 9), (61, 6)), "TRD-09": ((77, 15),)}


def make(context: Any) -> None:
    """Say what does not apply, invent the days before today, and record today as the job does."""
    lines = all_lines()
    with acting_as(context.person("general-manager")), writing():
        for clause, reason in EXEMPT:
            for key in [key for key, line in lines.items() if line.clause.id == clause]:
                services.exempt(key, reason)
    today = clock.today()
    rows = services.board(today=today)
    with writing():
        db.session.execute(insert(Stretch), [each for row in rows if row.state != UNMEASURED for each in _past(row)])
        services.record(rows, today)


def _past(row: Any) -> list[dict[str, Any]]:
    """Kept, but for its lapses, until today began to be as it is."""
    today = clock.today()
    at, found = today - timedelta(days=DAYS), []

    def stretch(state: str, last: Any) -> None:
        nonlocal at
        if last >= at:
            late = int(state == OVERDUE)
            found.append({"line": row.line.key, "state": state, "first_on": at, "last_on": last, "breaches": late})
            at = last + timedelta(days=1)

    for ago, days in LAPSES.get(row.line.clause.id, ()):
        stretch(KEPT, today - timedelta(days=ago + 1))
        stretch(OVERDUE, today - timedelta(days=ago - days + 1))
    yesterday = today - timedelta(days=1)
    if row.state == OVERDUE:
        stretch(KEPT, yesterday - timedelta(days=4))
    stretch(row.state, yesterday)
    return found
