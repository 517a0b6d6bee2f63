"""What the list and the page of feedback show (CMP-05)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import ListView, acting_user, can, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import department_name
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.lists.contributions import Board, Calendar
from kezhi.i18n import lazy_pgettext

from . import services
from .access import EXPORT, REGISTER
from .feedback_columns import feedback_columns
from .models import OPEN, Complaint, Feedback
from .pages import list_search
from .words_feedback import FEEDBACK_TONES, FEEDBACK_WORDS, SORT_TONES, SORT_WORDS

ACCOUNTS: Any = Account.__table__


def feedback_list() -> ListView:
    """Feedback, the latest first."""
    row: Any = Feedback
    return ListView(
        name="complaints.feedback",
        model=Feedback,
        columns=feedback_columns(),
        order=("received_at", "desc"),
        search=list_search("complaints.feedback", [row.number, row.subject]),
        search_hint=lazy_pgettext("complaint", "Number or subject"),
        link=lambda found: url_for("complaints.feedback", feedback_id=found.id),
        title=_l("Customer feedback"),
        kind=lazy_pgettext("list", "feedback"),
        matching=lazy_pgettext("feedback", "matching"),
        export_permission=EXPORT,
        faces=(Board("state", card=("sort", "customer", "due_on"), tones=FEEDBACK_TONES.__getitem__),
               Calendar("due_on")),
    )  # fmt: skip


def customer_of(feedback: Feedback) -> tuple[Any, str]:
    """The customer, for who sees them, and how the form names them."""
    if feedback.customer_id is None:
        return None, ""
    found = db.session.scalars(visible(Customer).where(Customer.id == feedback.customer_id)).one_or_none()
    return found, "" if found is None else str(found.code or found.prospect_number or found.name)


def feedback_page(feedback: Feedback) -> dict[str, Any]:
    """Everything the page of feedback shows."""
    from kezhi.builtin.customers.pages import panels

    entries = services.progress_of(feedback.id)
    ids = {each for each in (feedback.owner_id, feedback.received_by_id, *(row.by_id for row in entries)) if each}
    names = select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(ids))
    complaint = None
    if feedback.complaint_id is not None:
        complaint = db.session.scalars(visible(Complaint).where(Complaint.id == feedback.complaint_id)).one_or_none()
    works = feedback.state == OPEN and services.may_work_on(feedback)
    return {
        "feedback": feedback,
        "customer": customer_of(feedback)[0],
        "department": department_name(feedback.department_id),
        "entries": entries,
        "people": {row.id: row.name for row in db.session.execute(names)},
        "complaint": complaint,
        "may_work": works,
        "may_go_on": works and can(REGISTER),
        "is_late": feedback.state == OPEN and feedback.due_on < clock.today(),
        "state": (FEEDBACK_WORDS[feedback.state], FEEDBACK_TONES[feedback.state]),
        "sort": (SORT_WORDS[feedback.sort], SORT_TONES[feedback.sort]),
        "panels": panels(feedback, acting_user()),  # type: ignore[arg-type]
    }
