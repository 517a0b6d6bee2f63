"""What the page and the timeline of a customer show of complaints and feedback."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from flask import g, url_for
from sqlalchemy import and_, case, func, select

from kezhi import Fact, Panel, TimelineEntry, User, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change
from kezhi.i18n import _

from .access import COMPLAINTS, FEEDBACK, READ, REGISTER
from .models import CLOSED, OPEN, OPEN_STATES, REGISTERED, VALID, WITHDRAWN, Complaint, Event, Feedback
from .services.entries import ENTRIES, sql_title
from .words import STATE_TONES, STATE_WORDS
from .words_feedback import SORT_TONES, SORT_WORDS

LATEST = 5
UNSCOPED: dict[str, Any] = {"kezhi_unscoped": True}  #: visible() narrows it already
EVENTS: Any = Event.__table__
ACCOUNTS: Any = Account.__table__
TOLD = {REGISTERED: ("chat-left-text", "orange"), CLOSED: ("check-circle", "green"),
        WITHDRAWN: ("x-circle", "gray")}  # fmt: skip


def a_year_ago(today: date) -> datetime:
    """Midnight of the day a year before, in the company's zone."""
    year = today.year - 1
    day = date(year, today.month, min(today.day, monthrange(year, today.month)[1]))
    return datetime.combine(day, time(0), clock.company_zone()).astimezone(UTC)


def panels(record: Any, user: User) -> list[Panel]:
    """The latest complaints, how many are open and were valid within a year, and open feedback: three statements."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []
    code = record.code or record.prospect_number or ""
    found, figures = _latest(record.id, user), _figures(record.id, user)
    only_theirs: dict[str, Any] = {"f.customer": code} if code else {}
    may_register = bool(code) and may_change(record, REGISTER, user)
    context = {
        "complaints": found,
        "feedback": _open_feedback(record.id, user),
        "figures": figures,
        "state_words": STATE_WORDS,
        "state_tones": STATE_TONES,
        "sort_words": SORT_WORDS,
        "sort_tones": SORT_TONES,
        "new_url": url_for("complaints.new", customer=code) if may_register else "",
        "feedback_url": url_for("complaints.new_feedback", customer=code) if may_register else "",
    }
    return [
        Panel(_l("Complaints and feedback"), "complaints/customer_panel.html", context, icon="chat-left-text",
              link=url_for("complaints.index", **only_theirs), link_text=_l("All complaints"), order=35,
              half=not found),
    ]  # fmt: skip


def facts(record: Any, user: User) -> list[Fact]:
    """How many complaints are open, and how many there were within a year."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []
    figures = _figures(record.id, user)
    if not figures.all:
        return []
    code = record.code or record.prospect_number or ""
    address: dict[str, Any] = {"f.customer": code, "f.is_open": "open"}
    note = _("%(year)s within 12 months, %(valid)s of them valid", year=figures.year, valid=figures.valid)
    return [Fact(_l("Open complaints"), str(figures.open), url_for("complaints.index", **address), note, 55)]


def _figures(customer_id: int, user: User) -> Any:
    kept: dict[tuple[int, int | None], Any] = g.setdefault("kezhi_complaint_figures", {})
    if (customer_id, user.id) not in kept:
        c = COMPLAINTS.c
        within = c.received_at >= a_year_ago(clock.today())

        def counted(condition: Any) -> Any:
            return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

        statement = (
            visible(Complaint, user)
            .with_only_columns(
                func.count(c.id).label("all"),
                counted(c.state.in_(OPEN_STATES)).label("open"),
                counted(within).label("year"),
                counted(and_(within, c.validity == VALID)).label("valid"),
            )
            .where(c.customer_id == customer_id)
        )
        kept[customer_id, user.id] = db.session.execute(statement, execution_options=UNSCOPED).one()
    return kept[customer_id, user.id]


def _latest(customer_id: int, user: User) -> list[Any]:
    c = COMPLAINTS.c
    kind = select(sql_title(ENTRIES)).where(ENTRIES.c.id == c.kind_id).correlate(COMPLAINTS).scalar_subquery()
    statement = (
        visible(Complaint, user)
        .with_only_columns(c.id, c.number, c.subject, c.state, c.received_at, kind.label("kind"))
        .where(c.customer_id == customer_id)
        .order_by(c.received_at.desc(), c.id.desc())
        .limit(LATEST)
    )
    return list(db.session.execute(statement, execution_options=UNSCOPED))


def _open_feedback(customer_id: int, user: User) -> list[Any]:
    c = FEEDBACK.c
    statement = (
        visible(Feedback, user)
        .with_only_columns(c.id, c.number, c.subject, c.sort, c.due_on)
        .where(c.customer_id == customer_id, c.state == OPEN)
        .order_by(c.due_on, c.id)
        .limit(LATEST)
    )
    return list(db.session.execute(statement, execution_options=UNSCOPED))


# ── the timeline ────────────────────────────────────────────────────────────────────────────────────────────────


def sources(record: Any, user: User) -> list[Any]:
    """That complaints were registered, closed and withdrawn, and what feedback a customer gave."""
    from kezhi.builtin.timeline.contributions import Source

    if not isinstance(record, Customer) or not user.can(READ):
        return []
    return [
        Source("complaints.complaint", _l("Complaints"), partial(_events, record.id), order=50),
        Source("complaints.feedback", _l("Customer feedback"), partial(_given, record.id), order=51),
    ]


def _events(customer_id: int, until: datetime | None, limit: int) -> list[TimelineEntry]:
    c, e = COMPLAINTS.c, EVENTS.c
    who = select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == e.by_id).correlate(EVENTS).scalar_subquery()
    statement = (
        visible(Complaint)
        .join(EVENTS, e.complaint_id == c.id)
        .with_only_columns(c.id, c.number, c.subject, e.kind, e.at, who.label("who"))
        .where(c.customer_id == customer_id, e.kind.in_(TOLD))
        .order_by(e.at.desc(), e.id.desc())
        .limit(limit)
    )
    if until is not None:
        statement = statement.where(e.at <= until)
    titles = {
        REGISTERED: _("Complaint %(number)s registered"),
        CLOSED: _("Complaint %(number)s closed"),
        WITHDRAWN: _("Complaint %(number)s withdrawn"),
    }
    return [
        TimelineEntry(at=row.at, title=titles[row.kind] % {"number": row.number}, who=row.who or "",
                      icon=TOLD[row.kind][0], tone=TOLD[row.kind][1], text=row.subject,
                      url=url_for("complaints.show", complaint_id=row.id))
        for row in db.session.execute(statement, execution_options=UNSCOPED)
    ]  # fmt: skip


def _given(customer_id: int, until: datetime | None, limit: int) -> list[TimelineEntry]:
    c = FEEDBACK.c
    who = select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == c.received_by_id).correlate(FEEDBACK).scalar_subquery()
    statement = (
        visible(Feedback)
        .with_only_columns(c.id, c.number, c.subject, c.received_at, who.label("who"))
        .where(c.customer_id == customer_id)
        .order_by(c.received_at.desc(), c.id.desc())
        .limit(limit)
    )
    if until is not None:
        statement = statement.where(c.received_at <= until)
    return [
        TimelineEntry(at=row.received_at, title=_("Feedback %(number)s", number=row.number), who=row.who or "",
                      icon="chat-quote", tone="teal", text=row.subject,
                      url=url_for("complaints.feedback", feedback_id=row.id))
        for row in db.session.execute(statement, execution_options=UNSCOPED)
    ]  # fmt: skip
