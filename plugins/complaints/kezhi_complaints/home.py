"""What the first page shows of complaints: how many had a plan within 30 minutes this month (CMP-12)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import url_for
from sqlalchemy import case, func, or_

from kezhi import User, clock, db, visible
from kezhi.builtin.tasks.contributions import HomeFigure
from kezhi.i18n import _

from .access import READ
from .models import Complaint
from .services.clocks import PLAN
from .services.following import RUNS


def figures(user: User) -> list[HomeFigure]:
    """Attainment of the first clock over the complaints received this month that the user sees."""
    if not user.can(READ):
        return []
    c, today = RUNS.c, clock.today()
    first = datetime.combine(today.replace(day=1), time(), clock.company_zone())
    ended = or_(c.stopped_at.is_not(None), c.due_at < clock.now())
    runs = visible(Complaint, user).join(RUNS, c.complaint_id == Complaint.id)
    counted = runs.where(c.kind == PLAN, c.started_at >= first, ended).with_only_columns(
        func.count(), func.sum(case((c.stopped_at <= c.due_at, 1), else_=0))
    )
    of, kept = (int(each or 0) for each in db.session.execute(counted).one())
    if not of:
        return []
    tenths = kept * 1000 // of
    note = _("%(kept)s of %(of)s this month", kept=kept, of=of)
    shown: dict[str, Any] = {"from.received_at": today.replace(day=1).isoformat()}
    url = url_for("complaints.index", **shown)
    return [
        HomeFigure(_("Plan within 30 minutes"), f"{tenths // 10}.{tenths % 10}", "%", note,
                   "good" if kept == of else "bad", url, order=20),
    ]  # fmt: skip
