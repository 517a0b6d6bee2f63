"""What the pages of this builtin show, as plain data for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from kezhi import Panel, TimelineEntry, User, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..accounts.services import names_of_logins
from ..customers.models import Customer
from ..timeline.contributions import Source
from . import services
from .models import Verification
from .periods import Span, before
from .rules import READ, VERIFY
from .standing import LATER, STATES, Present, present
from .words import FOUND, TONES, span_name

SPANS = 5  #: in the history of the panel
HISTORY = 60  #: verifications that are read for it


@dataclass(frozen=True, slots=True)
class Line:
    """One quarter of a file: when it was verified by whom with what result, or that it was not."""

    name: str
    verification: Verification | None
    found: Any
    tone: str


def verification_panel(customer: Customer, user: User) -> Panel:
    """State, button and history on the page of a customer."""
    now = present()
    rows = services.verifications_of(customer.id, HISTORY)
    opened = clock.local(customer.created_at).date()
    state = now.state(opened, rows[0].on_day if rows else None, is_prospect=customer.code is None)
    title, tone = STATES[state]
    return Panel(
        _l("Verification"),
        "upkeep/panel.html",
        {
            "customer": customer,
            "state": title,
            "tone": tone,
            "period": span_name(now.span),
            "due": now.due,
            "is_open": state not in (LATER,) and tone != "green",
            "lines": list(history(now, opened, rows)),
            "may_verify": user.can(VERIFY) and tone != "green",
        },
        icon="patch-check",
        order=16,
        half=True,
    )


def history(now: Present, opened: date, rows: Any) -> Any:
    """The last quarters, newest first, from the one after the file was opened. A file verified twice shows the last."""
    span: Span = now.span
    for _turn in range(SPANS):
        found = next((row for row in rows if span.start <= row.on_day <= span.end), None)
        if found is not None:
            yield Line(span_name(span), found, FOUND[found.found], TONES[found.found])
        elif opened < span.start and span != now.span and now.missed is not None:
            yield Line(span_name(span), None, _l("Not verified"), "red")
        if opened >= span.start:
            return
        span = before(span)


def customer_panels(record: Any, user: User) -> list[Panel]:
    """On a customer's page."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []
    return [verification_panel(record, user)]


def sources(record: Any, user: User) -> list[Source]:
    """Verifications in the timeline of a customer."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []

    def entries(until: datetime | None, limit: int) -> list[TimelineEntry]:
        return verified_entries(record.id, until, limit)

    return [Source("upkeep.verification", _l("Verifications"), entries, order=70)]


def verified_entries(customer_id: int, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """The newest verifications of a customer, not later than ``until``. Two statements."""
    statement = visible(Verification).where(Verification.customer_id == customer_id)
    if until is not None:
        statement = statement.where(Verification.at <= until)
    rows = db.session.scalars(statement.order_by(Verification.at.desc(), Verification.id.desc()).limit(limit)).all()
    names = names_of_logins({row.by for row in rows})
    return [
        TimelineEntry(
            at=row.at,
            title=str(_("File verified: %(found)s", found=FOUND[row.found])),
            who=names.get(row.by, row.by),
            icon="patch-check",
            tone=TONES[row.found],
            text=row.note,
            url=url_for("customers.show", customer_id=customer_id),
        )
        for row in rows
    ]
