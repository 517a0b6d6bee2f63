"""What the customer wants, which decides the clocks that run (CMP-30)."""

from __future__ import annotations

from kezhi import NotFound, Refused, announce, audit_record, can, clock
from kezhi.i18n import _

from ..access import HANDLE
from ..models import CHANGED, OPEN_STATES, Complaint
from .clocks import CLOCKS_OF, demand_of
from .finding import complaint_by_id
from .following import histories
from .history import add_event


def set_demand(complaint_id: int, demand: str) -> Complaint:
    """Put on record what the customer wants: an enquiry, a demand, a problem. Nothing happens when it is known.

    Inside ``writing()``. Errors: ``NotFound``; ``Refused`` for a complaint that is over and for anything else.
    """
    complaint = complaint_by_id(complaint_id)
    if not can(HANDLE):
        raise NotFound(_("There is no such complaint."))
    if demand not in CLOCKS_OF:
        raise Refused(_("Choose one of the list."), field="demand")
    if complaint.state not in OPEN_STATES:
        raise Refused(_("This complaint is over: its clocks stay as they are."), field="demand")
    if demand_of(histories([complaint_id])[complaint_id]) == demand:
        return complaint
    add_event(complaint, CHANGED, demand=demand)
    complaint.updated_at = clock.now()
    announce(Complaint, "update", [complaint_id], ("updated_at",))
    audit_record("complaint.demand", "complaint", complaint_id, demand=demand)
    return complaint
