"""What was sent for confirmation, and how customers stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import ALL, NotFound, User, db, visible, visible_ids
from kezhi.i18n import _

from ...customers.models import Customer
from ..models import Line, State, Submission


def submission_by_id(submission_id: int) -> Submission:
    """What was sent. Errors: ``NotFound``, also when the user may not see it."""
    found: Submission | None = db.session.scalars(
        visible(Submission).where(Submission.id == submission_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such confirmation."))
    return found


def state_of(customer_id: int) -> State | None:
    """How a customer stands; None when it was never sent."""
    found: State | None = db.session.scalars(visible(State).where(State.customer_id == customer_id)).one_or_none()
    return found


def of_visible_customers(user: User) -> Any:
    """Grants: rows about a customer are seen by who sees the customer."""
    ids = visible_ids(Customer, user)
    return ALL if ids is None else [ids]


def submission_grants(user: User) -> Any:
    """What one sent oneself, and what has no customer in it that one does not see: it tells of all of them.

    The selects name the tables: the net over all statements must not narrow them once more.
    """
    ids = visible_ids(Customer, user)
    if ids is None:
        return ALL
    line, sent = Line.__table__.c, Submission.__table__.c
    hidden = select(line.submission_id).where(line.customer_id.not_in(ids))
    return [
        select(sent.id).where(sent.id.in_(select(line.submission_id)), sent.id.not_in(hidden)),
        select(sent.id).where(sent.sent_by == user.login),
    ]
