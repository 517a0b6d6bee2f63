"""What alerts ask people to do: decide on a measure in time (CRD-06, TSK-01)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, cast, func, or_, select

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import may_change

from .models import Alert
from .services.standing import CUSTOMERS

MEASURE = "credit.measure"
ALERTS: Any = Alert.__table__


def task_kinds() -> list[Any]:
    """The duty of the watch."""
    from kezhi.builtin.tasks.contributions import TaskKind

    return [
        TaskKind(MEASURE, _l("Decide on a measure against a credit risk"), page=_page, icon="shield-exclamation",
                 clause="CRD-06", duties=due),
    ]  # fmt: skip


def _page(reference: str) -> str:
    # everybody who reads the customer's file sees its tasks; the form is for who may decide
    return url_for("credit.measure", customer_id=int(reference)) if may_change(int(reference), "credit.ask") else ""


def due() -> Select[Any]:
    """One task per customer with open alerts about which nothing was decided; a later alert is another one."""
    c = ALERTS.c
    waiting = (
        select(c.customer_id, func.min(c.id).label("first"), func.min(c.answer_by).label("due_at"))
        .where(c.ended_on.is_(None), c.measure_id.is_(None))
        .group_by(c.customer_id)
        .subquery("waiting")
    )
    who = CUSTOMERS.c
    return (
        select(
            cast(waiting.c.first, Text).label("slot"),
            waiting.c.due_at,
            who.owner_id.label("owner_id"),
            who.department_id.label("department_id"),
            who.name.label("subject"),
            cast(waiting.c.customer_id, Text).label("reference"),
            waiting.c.customer_id,
        )
        .join(CUSTOMERS, who.id == waiting.c.customer_id)
        .where(or_(who.owner_id.is_not(None), who.department_id.is_not(None)))
    )
