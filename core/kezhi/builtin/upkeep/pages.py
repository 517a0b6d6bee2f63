"""What the pages of this builtin show, as plain data for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from kezhi import Panel, TimelineEntry, User, clock, db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..accounts.services import names_of_logins
from ..customers.models import Customer
from ..customers.services import may_change, rows_of
from ..timeline.contributions import Source
from . import services
from .copying import COMPLETE, KINDS, NEITHER, NO_DATABASE, NO_SERVICE, institutional_types
from .copying import STATES as STATES_OF_COPIES
from .models import DATABASE, SERVICE, Verification
from .periods import Span, before
from .rules import COPIES, GUIDANCE, GUIDE, READ, VERIFY
from .standing import LATER, STATES, Present, present
from .words import FOUND, TONES, span_name

SPANS = 5  #: in the history of the panel
MISSING_ONE = {SERVICE: NO_SERVICE, DATABASE: NO_DATABASE}
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
            "may_verify": may_change(customer, VERIFY, user) and tone != "green",
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
    return [verification_panel(record, user), *copies_panels(record, user), *guidance_panels(record, user)]


def copies_panels(customer: Customer, user: User) -> list[Panel]:
    """Where both copies are, of institutional customers and wherever one is on record."""
    found = services.keeping.copies_of(customer.id)
    asked = customer.business_type in institutional_types()
    if not found and not asked:
        return []
    missing = [kind for kind in KINDS if kind not in found]
    state = COMPLETE if not missing else NEITHER if len(missing) == 2 else MISSING_ONE[missing[0]]
    title, tone = STATES_OF_COPIES[state]
    tone = tone if asked else "gray"
    rows = [(title, *found.get(kind, (None, ""))) for kind, title in KINDS.items()]
    change = url_for("upkeep.copies", customer_id=customer.id) if may_change(customer, COPIES, user) else None
    context = {
        "state": title,
        "tone": tone,
        "rows": rows,
        "missing_tone": tone,
    }
    return [
        Panel(
            _l("Copies of the base file"), "upkeep/copies_panel.html", context, icon="archive", link=change,
            link_text=_l("Change"), order=17, half=True, tab="keeping",
        )
    ]  # fmt: skip


def guidance_panels(customer: Customer, user: User) -> list[Panel]:
    """What the manager said about this file, for who may read or write that."""
    if not user.can(GUIDANCE):
        return []
    rows = services.keeping.guidance_of(customer.id, SPANS)
    if not rows and not user.can(GUIDE):
        return []
    new = url_for("upkeep.guide", customer=customer.id) if user.can(GUIDE) else None
    return [
        Panel(
            _l("Supervision and guidance"), "upkeep/guidance_panel.html", {"rows": rows}, icon="person-video3",
            link=new, link_text=_l("New guidance"), order=18, half=True, tab="keeping",
        )
    ]  # fmt: skip


def sources(record: Any, user: User) -> list[Source]:
    """Verifications in the timeline of a customer."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []

    def entries(until: datetime | None, limit: int) -> list[TimelineEntry]:
        return verified_entries(record.id, until, limit)

    return [Source("upkeep.verification", _l("Verifications"), entries, order=70)]


def verified_entries(customer_id: int, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """The newest verifications of a customer, not later than ``until``. Two statements."""
    statement = rows_of(Verification.customer_id, customer_id)
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
