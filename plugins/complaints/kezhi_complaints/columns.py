"""The list of complaints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import lazy_pgettext

from .clock_columns import clock_columns
from .models import KIND, Complaint
from .services.entries import ENTRIES, entries, sql_title
from .words import STATE_TONES, STATE_WORDS

COMPLAINTS: Any = Complaint.__table__
CUSTOMERS: Any = Customer.__table__


def complaint_columns() -> list[Column]:
    """Number, subject, customer, kind, state and when it was received."""
    row = COMPLAINTS.c
    customer = select(CUSTOMERS.c.name).where(CUSTOMERS.c.id == row.customer_id).correlate(COMPLAINTS)
    kind = select(sql_title(ENTRIES)).where(ENTRIES.c.id == row.kind_id).correlate(COMPLAINTS)
    return [
        *clock_columns(),
        Column("number", _l("Complaint number"), row.number, sortable=True, default=True, render="code", order=10),
        Column("subject", lazy_pgettext("complaint", "Subject"), row.subject, default=True, render="name", order=20,
               filter=Filter("text", apply=lambda text: row.subject.icontains(text, autoescape=True))),
        Column("customer", _l("Customer"), customer.scalar_subquery(), default=True, order=30),
        Column("kind", _l("Kind of complaint"), kind.scalar_subquery(), default=True, order=40,
               filter=Filter("choice", lambda: [Choice(str(each["id"]), each["title"]) for each in entries(KIND)],
                             lambda key: row.kind_id == int(key))),
        Column("state", _l("State"), row.state, default=True, render="chip", order=50,
               filter=Filter("choice", lambda: [Choice(key, text) for key, text in STATE_WORDS.items()]),
               extra=(case(STATE_TONES, value=row.state),)),
        Column("received_at", _l("Received at"), row.received_at, sortable=True, default=True, render="instant",
               order=60, filter=Filter("date")),
    ]  # fmt: skip
