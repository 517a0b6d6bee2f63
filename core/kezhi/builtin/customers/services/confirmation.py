"""Whether a new customer counts at once, or only when its manager has confirmed it (CUS-14).

Here stands only the gate: without a confirmation a record stays a prospect, also where the app that asks for it
(``entry``) cannot run. A code that somebody chose is kept for the record and given to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, select

from kezhi import Refused, db, setting
from kezhi.db import before_commit
from kezhi.i18n import _

from ..models import Customer, UsedCode

CUSTOMERS, USED = Customer.__table__, UsedCode.__table__


def needs_confirmation() -> bool:
    """Whether the company has new customers confirmed."""
    return bool(setting("customers", "confirm_new"))


def check_recognition() -> None:
    """Errors: ``Refused`` where nobody becomes a customer without a confirmation."""
    if needs_confirmation():
        raise Refused(_("A new customer counts when its manager has confirmed it: send it for confirmation."))


def reserved_code(customer_id: Any) -> Any:
    """The code that is kept for a prospect (SQL, NULL for none); ``customer_id`` is a column or a number."""
    of_prospect = CUSTOMERS.alias()
    found = select(func.min(USED.c.code)).join(of_prospect, of_prospect.c.id == USED.c.customer_id)
    found = found.where(
        USED.c.customer_id == customer_id,
        of_prospect.c.code.is_(None),
        USED.c.code.is_distinct_from(of_prospect.c.prospect_number),
        USED.c.reverted_name == "",
    )
    return found.correlate_except(USED, of_prospect).scalar_subquery()


@dataclass(eq=False)
class _Entered:
    """The records that were entered in a transaction; they are sent together at its end, whole."""

    ids: list[int] = field(default_factory=list)

    def __call__(self) -> None:
        send_for_confirmation(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.in_(self.ids)))


def send_at_the_end(customer_id: int) -> None:
    """Send a new record for confirmation when everything that belongs to it is written."""
    steps: dict[Any, None] = db.session.info["before_commit"]
    entered = next((step for step in steps if isinstance(step, _Entered)), None)
    if entered is None:
        entered = _Entered()
        before_commit(entered)
    entered.ids.append(customer_id)


def send_for_confirmation(ids: Select[Any], batch_id: int | None = None, source: str = "") -> None:
    """Have these prospects confirmed, in one request. Where the app for it is not there they stay prospects."""
    if "entry" in current_app.extensions["kezhi"].plugins:
        from ...entry.services import send

        send(ids, batch_id=batch_id, source=source)
