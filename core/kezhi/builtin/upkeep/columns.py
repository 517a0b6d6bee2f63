"""What the list of customers can show of their upkeep, and be narrowed by."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import case, func, literal, select

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from .copying import copy_column
from .rules import READ
from .standing import STATES, LastingRule, verifications

STATE = "upkeep.verification"


RULE = LastingRule()


def customer_columns() -> list[Column]:
    """Whether a file is verified for this quarter, and when it was verified last."""
    RULE.forget()
    return _columns()


@cache
def _columns() -> list[Column]:
    """Made once: every list of customers asks for them, and few show them. What is asked of today, the settings and the
    person is asked when a statement runs.
    """
    rule = RULE
    tones = [(rule.has(state), literal(tone)) for state, (_title, tone) in STATES.items() if tone != "gray"]
    latest = select(func.max(verifications.on_day)).where(verifications.customer_id == Customer.id)
    shown: Any = rule.state()
    return [
        Column(
            STATE,
            _l("Verification"),
            shown,
            filter=Filter("choice", choices=states, apply=rule.has),
            permission=READ,
            render="chip",
            order=70,
            extra=(case(*tones, else_=literal("gray")),),
        ),
        Column(
            "upkeep.verified_on",
            _l("Verified last on"),
            latest.correlate(Customer).scalar_subquery(),
            filter=Filter("date"),
            permission=READ,
            render="date",
            order=71,
        ),
        copy_column(),
    ]


def states() -> list[Choice]:
    """The states with their names."""
    return [Choice(state, title) for state, (title, _tone) in STATES.items()]
