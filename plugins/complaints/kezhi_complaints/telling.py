"""Who is told at once: the service desk of a complaint from the public page, the account manager of feedback."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from sqlalchemy import select, true

from kezhi import acting_user, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import load_users
from kezhi.builtin.customers.models import Customer

from .access import HANDLE, READ
from .models import Complaint, Feedback

FROM_WEB, FEEDBACK = "complaints.from_web", "complaints.feedback"


def notice_kinds() -> list[Any]:
    """The kinds of notices of the register."""
    from kezhi.builtin.tasks.contributions import NoticeKind

    return [
        NoticeKind(FROM_WEB, _l("A customer entered a complaint on the public page"), _complaint, "globe2",
                   model=Complaint, permission=HANDLE, mail="now"),
        NoticeKind(FEEDBACK, _l("A customer of mine gave feedback"), _feedback, "chat-quote", model=Feedback,
                   permission=READ, mail="now"),
    ]  # fmt: skip


def _complaint(reference: str) -> str:
    return url_for("complaints.show", complaint_id=int(reference))


def _feedback(reference: str) -> str:
    return url_for("complaints.feedback", feedback_id=int(reference))


def tell_desk(complaint: Complaint) -> int:
    """Everybody who handles complaints; how many."""
    if "tasks" not in current_app.extensions["kezhi"].plugins:
        return 0
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify

    desk = [each.id for each in load_users(true()) if each.id is not None and each.can(HANDLE)]
    about = About(complaint.number, str(complaint.id), complaint.id, complaint.customer_id)
    return notify(FROM_WEB, desk, _l("A customer entered a complaint on the public page"), about)


def tell_owner(feedback: Feedback) -> int:
    """Who is in charge of the customer, unless they wrote it down themselves; how many."""
    customers: Any = Customer.__table__
    whose = select(customers.c.owner_id, customers.c.name).where(customers.c.id == feedback.customer_id)
    row = db.session.execute(whose, execution_options={"kezhi_unscoped": True}).first()
    if row is None or row.owner_id is None or "tasks" not in current_app.extensions["kezhi"].plugins:
        return 0
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify

    about = About(f"{feedback.number} · {row.name}", str(feedback.id), feedback.id, feedback.customer_id)
    text = _l("%(name)s wrote down feedback of a customer of yours", name=acting_user().name)
    return notify(FEEDBACK, [row.owner_id], text, about)
