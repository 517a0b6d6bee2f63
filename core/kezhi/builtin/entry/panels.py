"""What the page of a customer shows of its confirmation: a panel above all others, and the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import and_, func, select

from kezhi import Panel, TimelineEntry, User, db
from kezhi import lazy_gettext as _l
from kezhi.forms import Form
from kezhi.i18n import _

from ..accounts.services import names_of_logins
from ..customers.models import Customer
from ..customers.services import may_change
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
        "label": LABELS.get(state.state, state.state) if state is not None else "",
        "tone": TONES.get(state.state, "gray") if state is not None else "gray",
        "sent_by": names.get(state.sent_by, state.sent_by) if state is not None else "",
        "closed_by": names.get(state.closed_by, state.closed_by) if state is not None else "",
        "waits": state is not None and state.state == WAITING,
        "may_send": may_change(record, "customers.write", user) and (state is None or state.state in CLOSED),
        "untyped": not record.business_type,
        "form": Form(formdata=None),
    }
    seen = state is not None and db.session.scalar(select(Submission.id).where(Submission.id == state.submission_id))
    link = url_for("entry.show", submission_id=state.submission_id) if state is not None and seen else None
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
    """Two entries at most for each time it was sent: two statements.

    Of a file with others in it only what concerns this customer is told.
    """
    sent, line, now = Submission.__table__.c, Line.__table__.c, State.__table__.c
    here = and_(now.customer_id == line.customer_id, now.submission_id == sent.id)
    statement = (
        select(
            sent.id, sent.sent_at, sent.sent_by, sent.count.label("size"),
            func.coalesce(now.state, sent.state).label("state"), func.coalesce(now.reason, sent.reason).label("reason"),
            func.coalesce(now.closed_at, sent.closed_at).label("closed_at"),
            func.coalesce(func.nullif(now.closed_by, ""), sent.closed_by).label("closed_by"),
        )
        .join(Line.__table__, line.submission_id == sent.id)
        .join(State.__table__, here, isouter=True)
        .where(line.customer_id == customer_id)
        .order_by(sent.id.desc())
        .limit(limit)
    )  # fmt: skip
    rows = db.session.execute(statement).all()
    names = names_of_logins({row.sent_by for row in rows} | {row.closed_by for row in rows} - {""})
    found = []
    for row in rows:
        url = url_for("entry.show", submission_id=row.id) if row.size == 1 else None
        text = _("together with others, by an import") if row.size > 1 else ""
        who = names.get(row.sent_by, row.sent_by)
        found.append(TimelineEntry(row.sent_at, _("Sent for confirmation"), who, "send", "amber", (), text, url))
        if row.closed_at is not None and row.state not in (WAITING, CONFIRMED):  # a confirmation is told by its code
            title = _("Confirmation: %(state)s", state=LABELS.get(row.state, row.state))
            who, icon, tone = (
                names.get(row.closed_by, row.closed_by),
                ICONS.get(row.state, "dot"),
                TONES.get(row.state, "gray"),
            )
            found.append(TimelineEntry(row.closed_at, title, who, icon, tone, (), row.reason, url))
    found = [entry for entry in found if until is None or entry.at <= until]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]
