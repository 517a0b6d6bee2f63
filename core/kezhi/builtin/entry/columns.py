"""How a customer stands in its confirmation, in the list of customers."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Text, case, literal

from kezhi import Choice, Column, Filter, Join
from kezhi import lazy_gettext as _l

from .models import CHANGED, CONFIRMED, REJECTED, RETURNED, WAITING, WITHDRAWN, State

STATES: Any = State.__table__
LABELS = {
    WAITING: _l("Waiting for confirmation"),
    CONFIRMED: _l("Confirmed"),
    RETURNED: _l("Returned"),
    REJECTED: _l("Rejected"),
    WITHDRAWN: _l("Withdrawn"),
    CHANGED: _l("Changed after sending"),
}
TONES = {
    WAITING: "amber",
    CONFIRMED: "green",
    RETURNED: "orange",
    REJECTED: "red",
    WITHDRAWN: "gray",
    CHANGED: "orange",
}


def choices() -> list[Choice]:
    """The states, for filters."""
    return [Choice(state, label) for state, label in LABELS.items()]


def tone_of(column: Any) -> Any:
    """The tone of a state, as SQL."""
    named = [(column == state, literal(tone, Text())) for state, tone in TONES.items()]
    return case(*named, else_=literal("gray", Text()))


@cache
def customer_columns() -> list[Column]:
    """The state, who confirmed, and when."""
    join = Join(STATES, STATES.c.customer_id)
    return [
        Column("entry.state", _l("Confirmation"), STATES.c.state, join=join, sortable=True, render="chip",
               filter=Filter("choice", choices), permission="entry.read", order=7, extra=(tone_of(STATES.c.state),)),
        Column("entry.sent_at", _l("Sent for confirmation"), STATES.c.sent_at, join=join, render="instant",
               filter=Filter("date"), permission="entry.read", order=85),
    ]  # fmt: skip
