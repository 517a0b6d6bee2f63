"""What the list and the page of a complaint show."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import ListView, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import lazy_pgettext

from . import services
from .access import EXPORT
from .clock_panel import clocks_of
from .columns import complaint_columns
from .models import Complaint
from .words import STATE_TONES, STATE_WORDS


def complaint_list() -> ListView:
    """Complaints, the latest first."""
    row: Any = Complaint
    return ListView(
        name="complaints",
        model=Complaint,
        columns=complaint_columns(),
        order=("received_at", "desc"),
        search=[row.number, row.subject],
        search_hint=lazy_pgettext("complaint", "Number or subject"),
        link=lambda found: url_for("complaints.show", complaint_id=found.id),
        title=_l("Complaints"),
        kind=lazy_pgettext("list", "complaints"),
        export_permission=EXPORT,
    )


def complaint_page(complaint: Complaint) -> dict[str, Any]:
    """Everything the page of a complaint shows. The customer only for who sees it."""
    customer = None
    if complaint.customer_id is not None:
        customer = db.session.scalars(visible(Customer).where(Customer.id == complaint.customer_id)).one_or_none()
    return {
        "complaint": complaint,
        "customer": customer,
        "state": (STATE_WORDS[complaint.state], STATE_TONES[complaint.state]),
        "events": services.events_of(complaint.id),
        "states": STATE_WORDS,
        "clocks": clocks_of(complaint),
    }
