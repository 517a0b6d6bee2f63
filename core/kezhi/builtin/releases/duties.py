"""What the holder has to do: answer signed requests in time (TSK-01, CUS-09)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, cast, literal, null, select

from kezhi import BigInt, User, db
from kezhi import lazy_gettext as _l

from ..accounts.models import Account
from ..tasks.contributions import TaskKind, Waiting
from . import holder
from .models import SIGNED, DataRequest
from .rules import may_answer
from .words import KINDS

#: the task of the department's manager, which goes up when it is late; and what the members see on their first page
ANSWER_TASK, DESK = "releases.answer", "releases.desk"
REQUESTS: Any = DataRequest.__table__
ACCOUNTS: Any = Account.__table__


def task_kinds() -> list[TaskKind]:
    """The kinds of duties that data requests make."""
    return [
        TaskKind(ANSWER_TASK, _l("Answer a signed data request"), page=_page, icon="inbox", clause="CUS-09",
                 duties=due),
        TaskKind(DESK, _l("Signed data requests at our desk"), icon="inbox", clause="CUS-09", waiting=at_desk,
                 all_of_it="releases.index"),
    ]  # fmt: skip


def _page(reference: str) -> str:
    return url_for("releases.show", request_id=int(reference))


def due() -> Select[Any]:
    """A task for every signed request: of the manager of the holding department, else of the department."""
    manager = holder.holding_manager()
    owner: Any = cast(null(), BigInt) if manager is None else literal(manager, BigInt)
    place = holder.holding_department()
    nobody: Any = cast(null(), BigInt)
    rows = select(
        cast(REQUESTS.c.id, Text).label("slot"),
        REQUESTS.c.due_at.label("due_at"),
        owner.label("owner_id"),
        (nobody if place is None else literal(place, BigInt)).label("department_id"),
        REQUESTS.c.number.label("subject"),
        cast(REQUESTS.c.id, Text).label("reference"),
        nobody.label("customer_id"),
    )
    return rows.where(REQUESTS.c.state == SIGNED, literal(manager is not None or place is not None))


def at_desk(user: User, limit: int) -> Sequence[Waiting]:
    """Signed requests, for the members of the department; its manager has them as tasks already."""
    if not may_answer(user) or user.id == holder.holding_manager():
        return []
    rows = db.session.execute(
        select(REQUESTS, ACCOUNTS.c.name.label("who"))
        .join(ACCOUNTS, ACCOUNTS.c.id == REQUESTS.c.requester_id)
        .where(REQUESTS.c.state == SIGNED, REQUESTS.c.requester_id != user.id)
        .order_by(REQUESTS.c.due_at, REQUESTS.c.id)
        .limit(limit)
    )
    return [
        Waiting(f"{row.number} · {KINDS[row.kind]}", _page(str(row.id)), due_at=row.due_at, since=row.signed_at,
                who=row.who)
        for row in rows
    ]  # fmt: skip
