"""Whether a customer file is verified: a function of the file, the day, and its verifications (CUS-07).

Counted by the calendar quarter, or what the company set instead; due on its last workday. A file that was opened during
one starts with the next. One that was missed stays overdue until the file is verified, whenever that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask import g
from sqlalchemy import Boolean, ColumnElement, Date, and_, bindparam, case, exists, literal, or_, select

from kezhi import UtcDateTime, clock, setting
from kezhi import lazy_gettext as _l

from ..calendar.services import working_hours
from ..customers.models import Customer
from .models import Verification
from .periods import Span, before, last_workday, span_of

VERIFIED, DUE, OVERDUE, LATER = "verified", "due", "overdue", "later"
STATES = {
    VERIFIED: (_l("Verified this quarter"), "green"),
    DUE: (_l("To be verified"), "amber"),
    OVERDUE: (_l("Verification overdue"), "red"),
    LATER: (_l("Not asked for yet"), "gray"),
}
NEVER = date(1900, 1, 1)  #: before any file was opened
verifications: Any = Verification.__table__.c


@dataclass(frozen=True, slots=True)
class Present:
    """What today means for every file. ``due`` is the last workday of ``span``, ``missed`` the span that is over and
    was asked for, with its own due day; None when none was.
    """

    today: date
    span: Span
    due: date
    missed: Span | None
    missed_due: date | None
    is_asked: bool = True
    prospects: bool = True

    @property
    def late(self) -> Span | None:
        """The span whose due day lies behind us: this one on its last days off, else the one before."""
        return self.span if self.is_asked and self.today > self.due else self.missed

    def state(self, opened: date, latest: date | None, *, is_prospect: bool = False) -> str:
        """The state of one file: opened on a day, verified last on another; the rule in Python."""
        if latest is not None and latest >= self.span.start:
            return VERIFIED
        if not self.is_asked or opened >= self.span.start or (is_prospect and not self.prospects):
            return LATER
        late = self.late
        if late is not None and opened < late.start and (latest is None or latest < late.start):
            return OVERDUE
        return DUE


def present() -> Present:
    """Today, by the company's settings and calendar."""
    today, since = clock.today(), setting("upkeep", "asked_since")
    months = int(setting("upkeep", "verify_months"))
    hours, span = working_hours(), span_of(today, months)
    first = NEVER if since is None else span_of(since, months).start
    missed = before(span) if before(span).start >= first else None
    return Present(
        today=today,
        span=span,
        due=last_workday(hours, span),
        missed=missed,
        missed_due=None if missed is None else last_workday(hours, missed),
        is_asked=span.start >= first,
        prospects=with_prospects(),
    )


# ── the same rule for any number of files, in SQL ───────────────────────────────────────────────────────────────


def midnight(day: date) -> datetime:
    """When a day begins in the company's zone."""
    return datetime.combine(day, time(), clock.company_zone())


def with_prospects() -> bool:
    """Whether the files of prospects are verified too."""
    return bool(setting("upkeep", "verify_prospects"))


class Rule:
    """The conditions of the states. What today is, is asked when a statement runs, and once: a list that does not show
    the state asks nothing.
    """

    def __init__(self) -> None:
        self._now: Present | None = None

    @property
    def now(self) -> Present:
        """Today."""
        if self._now is None:
            self._now = present()
        return self._now

    @property
    def late_start(self) -> date:
        """When the span begins that should be verified by now."""
        return NEVER if self.now.late is None else self.now.late.start

    def verified_since(self, day: Any) -> ColumnElement[bool]:
        """Files that were verified on a day or later; ``day`` is asked when the statement runs."""
        since = bindparam("upkeep_since", callable_=day, type_=Date(), unique=True)
        latest = select(literal(1)).where(verifications.customer_id == Customer.id, verifications.on_day >= since)
        return exists(latest)

    def _asked(self, opened_before: Any) -> ColumnElement[bool]:
        """Files that are verified at all, opened before a day."""
        opened: Any = Customer.created_at
        prospects = bindparam(
            "upkeep_prospects",
            callable_=lambda: bool(setting("upkeep", "verify_prospects")),
            type_=Boolean(),
            unique=True,
        )
        instant = bindparam(
            "upkeep_opened", callable_=lambda: midnight(opened_before()), type_=UtcDateTime(), unique=True
        )
        return and_(opened < instant, or_(prospects, Customer.code.is_not(None)))

    def verified(self) -> ColumnElement[bool]:
        """Verified in the present span."""
        return self.verified_since(lambda: self.now.span.start)

    def overdue(self) -> ColumnElement[bool]:
        """Not verified in the last span whose due day is over, nor since."""
        return and_(self._asked(lambda: self.late_start), ~self.verified_since(lambda: self.late_start))

    def owed(self) -> ColumnElement[bool]:
        """Not verified in the present span, and to be by its end: due or overdue."""
        return and_(
            self._asked(lambda: self.now.span.start if self.now.is_asked else NEVER),
            ~self.verified_since(lambda: self.now.span.start),
        )

    def has(self, state: str) -> ColumnElement[bool]:
        """The condition of a state. Errors: ``ValueError`` for one there is not."""
        if state == VERIFIED:
            return self.verified()
        if state == OVERDUE:
            return self.overdue()
        if state == DUE:
            return and_(self.owed(), ~self.overdue())
        if state == LATER:
            return and_(~self.verified(), ~self.owed())
        raise ValueError(state)

    def state(self) -> ColumnElement[Any]:
        """The state of a customer."""
        return case(
            (self.verified(), literal(VERIFIED)),
            (self.overdue(), literal(OVERDUE)),
            (self.owed(), literal(DUE)),
            else_=literal(LATER),
        )


class LastingRule(Rule):
    """The conditions in statements that are made once: what today is, is known to the request that runs them."""

    @property
    def now(self) -> Present:
        """Today."""
        if "upkeep_present" not in g:
            g.upkeep_present = present()
        found: Present = g.upkeep_present
        return found

    def forget(self) -> None:
        """Ask anew what today is."""
        g.pop("upkeep_present", None)
