"""The list of feedback."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.accounts.services import tree as departments
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import lazy_pgettext

from .access import FEEDBACK
from .words_feedback import FEEDBACK_TONES, FEEDBACK_WORDS, SORT_TONES, SORT_WORDS

ACCOUNTS: Any = Account.__table__
DEPARTMENTS: Any = Department.__table__


def feedback_columns() -> list[Column]:
    """Number, what it is about, whose it is, and by when."""
    row = FEEDBACK.c
    customer = select(Customer.name).where(Customer.id == row.customer_id).correlate(FEEDBACK).scalar_subquery()
    return [
        Column("number", _l("Feedback number"), row.number, sortable=True, default=True, render="code", order=10),
        Column("sort", _l("Kind of feedback"), row.sort, default=True, render="chip", order=15,
               filter=Filter("choice", lambda: [Choice(key, text) for key, text in SORT_WORDS.items()]),
               extra=(case(SORT_TONES, value=row.sort),)),
        Column("subject", lazy_pgettext("complaint", "Subject"), row.subject, default=True, render="name", order=20,
               filter=Filter("text", apply=lambda text: row.subject.icontains(text, autoescape=True))),
        Column("customer", _l("Customer"), customer, default=True, order=30),
        Column("state", _l("State"), row.state, default=True, render="chip", order=40,
               filter=Filter("choice", lambda: [Choice(key, text) for key, text in FEEDBACK_WORDS.items()]),
               extra=(case(FEEDBACK_TONES, value=row.state),)),
        Column("department", _l("Responsible department"), _named(DEPARTMENTS, row.department_id), default=True,
               order=50, filter=Filter("choice", _departments, lambda key: row.department_id == int(key))),
        Column("owner", _l("Responsible person"), _named(ACCOUNTS, row.owner_id), render="person", order=51),
        Column("due_on", _l("Deadline"), row.due_on, sortable=True, default=True, render="date", order=60,
               filter=Filter("date")),
        Column("received_at", _l("Received at"), row.received_at, sortable=True, default=True, render="instant",
               order=70, filter=Filter("date")),
        Column("received_by", _l("Received by"), _named(ACCOUNTS, row.received_by_id), render="person", order=71),
        Column("told_at", _l("Result told at"), row.told_at, render="instant", order=72),
    ]  # fmt: skip


def _named(table: Any, column: Any) -> Any:
    return select(table.c.name).where(table.c.id == column).correlate(FEEDBACK).scalar_subquery()


def _departments() -> list[Choice]:
    return [Choice(str(node.id), "　" * node.depth + node.name) for node in departments()]
