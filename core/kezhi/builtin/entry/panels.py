"""What the page of a customer shows of its confirmation: a panel above all others, and the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import Panel, TimelineEntry, User, db
from kezhi import lazy_gettext as _l
from kezhi.forms import Form
from kezhi.i18n import _

from ..accounts.services import names_of_logins
from ..customers.models import Customer
from ..customers.services.confirmation import needs_confirmation
from ..timeline.contributions import Source
from .columns import LABELS, TONES
from .models import CLOSED, CONFIRMED, WAITING, Line, State, Submission
from .services import state_of

ICONS = {"confirmed": "check2-circle", "rejected": "x-circle", "returned": "arrow-return-left",
         "withdrawn": "arrow-counterclockwise", "changed": "pencil"}  # fmt: skip


def customer_panels(record: Any, user: User) -> list[Panel]:
    """The banner of a prospect that waits, came back, or could be sent; nothing for a customer."""
    if not isinstance(record, Customer) or record.code or not user.can("entry.read"):
        return []
    state = state_of(record.id)
    if state is None and not needs_confirmation():
        return []
    names = names_of_logins({state.sent_by, state.closed_by} - {""}) if state is not None else {}
    context = {
        "customer_id": record.id,
        "state": state,
        "label": LABELS[state.state] if state is not None else "",
        "tone": TONES[state.state] if state is not None else "gray",
        "sent_by": names.get(state.sent_by, state.sent_by) if state is not None else "",
        "closed_by": names.get(state.closed_by, state.closed_by) if state is not None else "",
        "waits": state is not None and state.state == WAITING,
        "may_send": user.can("customers.write") and (state is None or state.state in CLOSED),
        "untyped": not record.business_type,
        "form": Form(formdata=None),
    }
    link = url_for("entry.show", submission_id=state.submission_id) if state is not None else None
    return [
        Panel(
            _l("Confirmation as a customer"),
            "entry/panel.html",
            context,
            icon="person-check",
            link=link,
            link_text=_l("As it was sent"),
            order=1,
        )
    ]


def timeline_sources(record: Any, user: User) -> list[Source]:
    """When a customer was sent for confirmation, and what became of it."""
    if not isinstance(record, Customer) or not user.can("entry.read"):
        return []
    return [
        Source(
            "entry.confirmation", _l("Confirmations"), lambda until, limit: entries(record.id, until, limit), order=25
        )
    ]


def entries(customer_id: int, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Two entries at most for each time it was sent: two statements."""
    statement = (
        select(Submission, State.state, State.reason, State.closed_at, State.closed_by)
        .join(Line, Line.submission_id == Submission.id)
        .join(State, (State.customer_id == Line.customer_id) & (State.submission_id == Submission.id), isouter=True)
        .where(Line.customer_id == customer_id)
        .order_by(Submission.id.desc())
        .limit(limit)
    )
    rows = db.session.execute(statement).all()
    logins = (
        {row[0].sent_by for row in rows} | {row[0].closed_by for row in rows} | {row.closed_by or "" for row in rows}
    )
    names = names_of_logins(logins - {""})
    found = []
    for sent, state, reason, closed_at, closed_by in rows:
        address = url_for("entry.show", submission_id=sent.id)
        text = _("in a file of %(count)s", count=sent.count) if sent.count > 1 else ""
        found.append(_entry(sent.sent_at, _("Sent for confirmation"), names.get(sent.sent_by, sent.sent_by), text,
                            "send", "amber", address))  # fmt: skip
        # what became of an earlier sending stands with it, of the last one with the customer
        state, reason = (state, reason) if state else (sent.state, sent.reason)
        at, who = (closed_at, closed_by) if closed_at else (sent.closed_at, sent.closed_by)
        if at is not None and state not in (WAITING, CONFIRMED):  # a confirmation is told by the code it gave
            title = _("Confirmation: %(state)s", state=LABELS[state])
            found.append(_entry(at, title, names.get(who, who), reason, ICONS[state], TONES[state], address))
    found = [entry for entry in found if until is None or entry.at <= until]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def _entry(at: datetime, title: str, who: str, text: str, icon: str, tone: str, url: str) -> TimelineEntry:
    return TimelineEntry(at=at, title=title, who=who, icon=icon, tone=tone, text=text, url=url)
