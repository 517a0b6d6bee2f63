"""What the list and the page of a complaint show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for

from kezhi import ListView, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.lists.contributions import Board
from kezhi.i18n import lazy_pgettext

from . import services
from .access import EXPORT
from .clock_panel import clocks_of
from .columns import complaint_columns
from .intake_pages import registration_of
from .models import OPEN_STATES, Complaint
from .words import STATE_TONES, STATE_WORDS

#: what a card of the board shows beside number and subject; columns of time left join them
CARD = ("kind", "customer", "handler")


def list_search(key: str, otherwise: Sequence[Any]) -> Any:
    """How a list is searched: by the tokens of the search app where it is there."""
    if "search" not in current_app.extensions["kezhi"].plugins:
        return otherwise
    from kezhi.builtin.search.services import list_search as by_tokens

    return by_tokens(key, otherwise)


def complaint_list() -> ListView:
    """Complaints, the latest first."""
    row: Any = Complaint
    return ListView(
        name="complaints",
        model=Complaint,
        columns=complaint_columns(),
        order=("received_at", "desc"),
        search=list_search("complaints", [row.number, row.subject]),
        search_hint=lazy_pgettext("complaint", "Number or subject"),
        link=lambda found: url_for("complaints.show", complaint_id=found.id),
        title=_l("Complaints"),
        kind=lazy_pgettext("list", "complaints"),
        export_permission=EXPORT,
        matching=lazy_pgettext("complaints", "matching"),
        faces=(Board("state", lanes=OPEN_STATES, card=CARD, tones=STATE_TONES.__getitem__, above=2, below=1),),
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
        **registration_of(complaint),
        "events": services.events_of(complaint.id),
        "states": STATE_WORDS,
        "clocks": clocks_of(complaint),
    }
