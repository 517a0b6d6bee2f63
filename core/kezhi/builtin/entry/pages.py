"""The register of what was sent for confirmation, and one of them with its rows."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, url_for
from sqlalchemy import select

from kezhi import Choice, Column, Filter, ListView, User, db
from kezhi import lazy_gettext as _l
from kezhi.cells import address_of

from ..accounts.services import name_of_login, names_of_logins
from ..approvals.addresses import address_of_request
from ..customers.services import lists
from .columns import LABELS, TONES, choices, tone_of
from .documents import FORM
from .models import CLOSED, Line, State, Submission
from .services.confirming import count_waiting
from .services.proposing import type_text


def register_view() -> ListView:
    """Everything that was sent, the newest first."""
    sent, table = cast(Any, Submission), Submission.__table__.c
    return ListView(
        name="entry",
        model=Submission,
        columns=[
            Column("sent_at", _l("Sent"), sent.sent_at, sortable=True, default=True, render="instant",
                   filter=Filter("date"), order=1),
            Column("request_number", _l("Approval request"), sent.request_number, default=True, render="name", order=2),
            Column("rows", _l("Customers"), sent.count, default=True, render="count",
                   filter=Filter("number"), order=3),
            Column("source", _l("Imported from"), sent.source, default=True, order=4),
            Column("sent_by", _l("Sent by"), name_of_login(table.sent_by), default=True, render="person", order=5),
            Column("state", _l("State"), sent.state, default=True, render="chip", filter=Filter("choice", choices),
                   extra=(tone_of(sent.state),), order=6),
            Column("confirmed", _l("Took effect"), sent.confirmed, default=True, render="count", order=7),
            Column("closed_by", _l("Decided by"), name_of_login(table.closed_by), default=True, render="person",
                   order=8),
            Column("closed_at", _l("Decided"), sent.closed_at, default=True, render="instant", filter=Filter("date"),
                   order=9),
        ],
        order=("sent_at", "desc"),
        search=[sent.request_number, sent.source],
        search_hint=_l("Request or file"),
        link=lambda row: address_of("entry.show", submission_id=row.id),
        title=_l("Entry of customers"),
        kind=_l("confirmations"),
    )  # fmt: skip


def lines_view(submission: Submission) -> ListView:
    """The rows as they were sent, each with what became of it."""
    line: Any = Line
    state = _state_of_line()
    return ListView(
        name="entry_lines",
        model=Line,
        key=line.customer_id,
        where=[line.submission_id == submission.id],
        columns=[
            Column("number", _l("Prospect number"), line.number, default=True, render="code", order=1),
            Column("name", _l("Customer name"), line.name, default=True, render="name", order=2),
            Column("business_type", _l("Business type"), line.business_type, default=True, order=3,
                   filter=Filter("choice", lambda: _listed("business_type"))),
            Column("region", _l("Region"), line.region, default=True, order=4,
                   filter=Filter("choice", lambda: _listed("region"))),
            Column("owner", _l("Owner"), line.owner, default=True, render="person", order=5),
            Column("department", _l("Department"), line.department, default=True, order=6),
            Column("code", _l("Code kept for it"), line.code, default=True, render="code", order=7),
            Column("state", _l("State"), state, default=True, render="chip", filter=Filter("choice", choices),
                   extra=(tone_of(state),), order=8),
        ],
        order=("", "asc"),
        search=[line.number, line.name],
        link=lambda row: address_of("customers.show", customer_id=row.id),
        title=_l("Rows as they were sent"),
        kind=_l("rows"),
    )  # fmt: skip


def _listed(key: str) -> list[Choice]:
    return [Choice(value, text) for value, text in lists.texts(key).items()]


def _state_of_line() -> Any:
    table, line = State.__table__, Line.__table__
    found = select(table.c.state).where(
        table.c.customer_id == line.c.customer_id, table.c.submission_id == line.c.submission_id
    )
    return found.correlate(line).scalar_subquery()


def submission_page(sent: Submission, user: User) -> dict[str, Any]:
    """The facts above the rows."""
    names = names_of_logins({sent.sent_by, sent.closed_by} - {""})
    return {
        "sent": sent,
        "label": LABELS.get(sent.state, sent.state),
        "tone": TONES.get(sent.state, "gray"),
        "sent_by": names.get(sent.sent_by, sent.sent_by),
        "closed_by": names.get(sent.closed_by, sent.closed_by),
        "types": [(type_text(key), count) for key, count in sent.totals.get("types", ())],
        "owners": sent.totals.get("owners", ()),
        "waiting": count_waiting(sent.id),
        "request_url": address_of_request(sent.request_id),
        "may_send": sent.state in CLOSED and user.can("customers.write"),
        "print_url": _form_of(sent),
    }


def _form_of(sent: Submission) -> str:
    """Where the entry form of the one customer that was sent is printed; empty for several, or without documents."""
    if sent.count != 1 or "documents" not in current_app.blueprints:
        return ""
    customer_id = db.session.scalar(select(Line.customer_id).where(Line.submission_id == sent.id))
    return url_for("documents.make", kind=FORM, record_id=customer_id) if customer_id else ""
