"""What contracts ask people to do: renew one before it ends, or let it go (CUS-13, TSK-01)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, false, literal, null, or_, select

from kezhi import BigInt, UtcDateTime, clock, db
from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..tasks.contributions import TaskKind
from ..tasks.models import DONE, Task
from ..tasks.todo import end_of
from .models import Contract
from .services.kinds import default_days
from .states import sql_renewed

ENDING = "contracts.ending"
TABLE: Any = Contract.__table__
CUSTOMERS: Any = Customer.__table__


def kinds() -> list[TaskKind]:
    """The kinds of duties that contracts make."""
    return [
        TaskKind(
            ENDING,
            _l("Renew a contract before it ends, or let it go"),
            page=lambda contract_id: url_for("contracts.show", contract_id=int(contract_id)),
            icon="file-earmark-ruled",
            clause="CUS-13",
            may_close=True,
            duties=ending,
        )
    ]


def reminds() -> ColumnElement[bool]:
    """The contracts whose owners are reminded now: the last day is near, or over, and nothing has come of it.

    Contracts that were over when they came into the register remind nobody. Which days before the last one count, each
    kind says, or the contract itself.
    """
    c, today = TABLE.c, clock.today()
    usual = [and_(c.kind == key, c.valid_to <= today + timedelta(days=days)) for key, days in default_days().items()]
    asked = select(c.remind_days).where(c.remind_days.is_not(None)).distinct()
    own = [
        and_(c.remind_days == days, c.valid_to <= today + timedelta(days=days)) for days in db.session.scalars(asked)
    ]
    near = or_(and_(c.remind_days.is_(None), or_(false(), *usual)), or_(false(), *own))
    return and_(
        c.signed_on.is_not(None),
        c.terminated_on.is_(None),
        c.valid_from <= today,
        c.valid_to >= c.entered_on,
        near,
        ~sql_renewed(),
    )


def undecided() -> ColumnElement[bool]:
    """The contracts that are over while nobody has renewed them, or said that they are let go (the task is done)."""
    tasks: Any = Task.__table__
    said = select(tasks.c.id).where(tasks.c.kind == ENDING, tasks.c.slot == _slot(), tasks.c.outcome == DONE)
    return and_(reminds(), TABLE.c.valid_to < clock.today(), ~said.correlate(TABLE).exists())


def _slot() -> ColumnElement[Any]:
    return cast(TABLE.c.id, Text) + ":" + cast(TABLE.c.valid_to, Text)


def ending() -> Select[Any]:
    """A task of who is in charge of the customer, due at the end of the contract's last day (24:00, company zone).

    A customer without an owner is nobody's task; the list of contracts shows it all the same.
    """
    c, due = TABLE.c, reminds()
    days = db.session.scalars(select(c.valid_to).where(due).distinct()).all()
    # without a contract it is still an instant: PostgreSQL asks what a NULL would be
    instants = [(c.valid_to == day, literal(end_of(day), UtcDateTime)) for day in days]
    due_at: Any = case(*instants) if instants else cast(null(), UtcDateTime)
    nobody: Any = cast(null(), BigInt)
    return (
        select(
            _slot().label("slot"),
            due_at.label("due_at"),
            CUSTOMERS.c.owner_id.label("owner_id"),
            nobody.label("department_id"),
            (CUSTOMERS.c.name + " · " + c.number).label("subject"),
            cast(c.id, Text).label("reference"),
            c.customer_id.label("customer_id"),
        )
        .join(CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .where(due, CUSTOMERS.c.owner_id.is_not(None))
    )
