"""What a customer's page shows of the disputes (TRD-09)."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from flask import url_for

from kezhi import Panel, TimelineEntry, User, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change, read_once, rows_of
from kezhi.builtin.timeline.contributions import Source
from kezhi.builtin.timeline.reading import ENTRIES
from kezhi.i18n import _

from ..labels import DISPUTE_LABELS, DISPUTE_TONES, GRAVITY_LABELS, GRAVITY_TONES
from ..models import SERIOUS, Dispute
from .shared import day_of, list_of, start_of

LATEST = 5
#: read for the panel: what the first page of the timeline asks for, so that both are one statement
AS_MANY = ENTRIES + 1


def dispute_panels(record: Any, user: User) -> list[Panel]:
    """The latest disputes with a customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    may_enter = record.code and may_change(record, "trade.dispute", user)

    def context() -> dict[str, Any]:
        return {
            "disputes": _latest(record, AS_MANY)[:LATEST],
            "labels": DISPUTE_LABELS,
            "tones": DISPUTE_TONES,
            "gravities": GRAVITY_LABELS,
            "gravity_tones": GRAVITY_TONES,
            "new_url": url_for("trade.new_dispute", customer=record.code) if may_enter else "",
        }

    return [
        Panel(
            _l("Disputes"),
            "trade/dispute_panel.html",
            context,
            icon="exclamation-diamond",
            link=list_of(record, "trade.disputes"),
            link_text=_l("All disputes"),
            order=32,
            tab="trade",
        )
    ]


def dispute_sources(record: Any, user: User) -> list[Source]:
    """What disputes tell in the timeline of their customer."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    return [Source("trade.dispute", _l("Disputes"), partial(_entries, record), order=45)]


def _entries(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Disputes on the day they arose."""
    return [
        TimelineEntry(
            at=start_of(dispute.happened_on),
            title=_("Dispute %(number)s", number=dispute.number),
            icon="exclamation-diamond",
            tone="red" if dispute.gravity == SERIOUS else "amber",
            text=f"{dispute.subject} · {DISPUTE_LABELS[dispute.state]}",
            url=url_for("trade.dispute", dispute_id=dispute.id),
        )
        for dispute in _latest(customer, limit, day_of(until))
    ]


def _latest(customer: Customer, limit: int, until: date | None = None) -> list[Dispute]:
    def read() -> list[Dispute]:
        statement = rows_of(Dispute.customer_id, customer.id)
        if until is not None:
            statement = statement.where(Dispute.happened_on <= until)
        newest = statement.order_by(Dispute.happened_on.desc(), Dispute.id.desc()).limit(limit)
        return list(db.session.execute(newest).scalars())

    return read_once(("trade.disputes", customer.id, limit, until), read)
