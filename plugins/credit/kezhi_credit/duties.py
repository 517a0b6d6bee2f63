"""What credit asks people to do: decide on a measure in time, investigate a customer (CRD-02, CRD-06, TSK-01)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, case, cast, func, literal, null, or_, select

from kezhi import BigInt, UtcDateTime, can, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import may_change

from .models import OPEN, Alert
from .services.investigations import INVESTIGATIONS
from .services.standing import CUSTOMERS

MEASURE = "credit.measure"
INVESTIGATION = "credit.investigation"
ALERTS: Any = Alert.__table__


def task_kinds() -> list[Any]:
    """The duties of the watch and of investigators. Who decides a rating sheet has it among what waits for approval."""
    from kezhi.builtin.tasks.contributions import TaskKind

    return [
        TaskKind(MEASURE, _l("Decide on a measure against a credit risk"), page=_page, icon="shield-exclamation",
                 clause="CRD-06", duties=due),
        TaskKind(INVESTIGATION, _l("Investigate the credit of a customer"), page=_investigation, icon="search",
                 clause="CRD-02", duties=investigating),
    ]  # fmt: skip


def _page(reference: str) -> str:
    # everybody who reads the customer's file sees its tasks; the form is for who may decide
    return url_for("credit.measure", customer_id=int(reference)) if may_change(int(reference), "credit.ask") else ""


def _investigation(reference: str) -> str:
    return url_for("credit.investigation", investigation_id=int(reference)) if can("credit.read") else ""


def investigating() -> Select[Any]:
    """A task of the investigator for every investigation under way, due at the end of its day."""
    from kezhi.builtin.tasks.todo import end_of

    c, nobody = INVESTIGATIONS.c, cast(null(), BigInt)
    days = db.session.scalars(select(c.due_on).where(c.state == OPEN).distinct()).all()
    instants = [(c.due_on == day, literal(end_of(day), UtcDateTime)) for day in days]
    # without an investigation it is still an instant: PostgreSQL asks what a NULL would be
    due_at: Any = case(*instants) if instants else cast(null(), UtcDateTime)
    return (
        select(
            cast(c.id, Text).label("slot"),
            due_at.label("due_at"),
            c.investigator_id.label("owner_id"),
            nobody.label("department_id"),
            (CUSTOMERS.c.name + " · " + c.number).label("subject"),
            cast(c.id, Text).label("reference"),
            c.customer_id.label("customer_id"),
        )
        .join(CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .where(c.state == OPEN)
    )


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
