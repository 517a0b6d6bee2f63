"""How complaints and feedback are found in the search box: by number, and by words of their subject."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer

from .access import READ
from .models import Complaint, Feedback


def search_kinds() -> list[Any]:
    """Both registers."""
    return [
        _kind("complaints", _l("Complaints"), Complaint, "complaints.show", "complaint_id", "complaints.index",
              "chat-left-text", 40),
        _kind("complaints.feedback", _l("Customer feedback"), Feedback, "complaints.feedback", "feedback_id",
              "complaints.feedbacks", "chat-quote", 41),
    ]  # fmt: skip


def _kind(
    key: str, title: Any, model: Any, endpoint: str, argument: str, list_endpoint: str, icon: str, order: int
) -> Any:
    from kezhi.builtin.search.contributions import SearchKind

    customers: Any = Customer.__table__
    customer = select(customers.c.name).where(customers.c.id == model.customer_id).scalar_subquery()
    return SearchKind(
        key=key, title=title, model=model, endpoint=endpoint, argument=argument, permission=READ,
        heading=model.number, codes=(model.number,), names=(model.subject,), notes=(customer, model.subject),
        list_endpoint=list_endpoint, icon=icon, order=order,
    )  # fmt: skip
