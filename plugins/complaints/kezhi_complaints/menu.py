"""The entries of the side menu."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from kezhi import MenuItem, acting_user, db
from kezhi import lazy_gettext as _l

from .access import COMPLAINTS, READ
from .models import OPEN_STATES
from .report_access import SEE_REPORTS


def items() -> list[MenuItem]:
    """Complaints, with how many open ones are the acting person's, and feedback."""
    return [
        MenuItem(_l("Complaints"), "complaints.index", icon="chat-left-text", group="service", permission=READ,
                 order=10, count=mine),
        MenuItem(_l("Customer feedback"), "complaints.feedbacks", icon="chat-quote", group="service", permission=READ,
                 order=11, under="complaints.index"),
        MenuItem(_l("Live board of complaints"), "complaints.live", icon="speedometer2", group="service",
                 permission=READ, order=12, under="complaints.index"),
        MenuItem(_l("Complaint reports"), "complaints.reports", icon="bar-chart", group="service",
                 permission=SEE_REPORTS, order=13, under="complaints.index"),
        MenuItem(_l("Service levels"), "complaints.levels", icon="stopwatch", group="service", permission=READ,
                 order=40, under="complaints.index"),
    ]  # fmt: skip


def mine() -> int:
    """The open complaints that the acting person handles: one statement."""
    c, me = COMPLAINTS.c, acting_user().id
    if me is None:
        return 0
    own = (c.handler_id == me, c.state.in_(OPEN_STATES), or_(c.accused_id.is_(None), c.accused_id != me))
    counted = select(func.count()).select_from(COMPLAINTS).where(*own)
    return int(db.session.execute(counted, execution_options={"kezhi_unscoped": True}).scalar_one())
