"""Carrying a signed proposal out: file by file, each in a transaction of its own, effective once (CUS-10).

Cut off anywhere, the job goes on where it was: what is destroyed says so in the same transaction in which it went.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, null, select, update
from sqlalchemy.schema import sort_tables
from sqlalchemy.sql import sqltypes

from kezhi import SYSTEM, Task, acting_as, announce, audit_record, clock, db, writing
from kezhi.builtin.apps.record_links import links_to
from kezhi.i18n import _

from ...customers.models import Customer
from ...customers.services.links import erase_customer
from ...protection.fields import Protected
from ..contributions import FILE, Subject
from ..models import APPROVED, BLOCKED, CHANGED, DESTROY, DESTROYED, DONE, GONE, KEPT, OPEN, Item, Proposal
from .finishing import certificate, leave_no_trace
from .places import TARGET, obstacles, outlives, places
from .sweeping import cross_out, layout
from .tracing import subject_of

CUSTOMERS, ITEMS = Customer.__table__, Item.__table__
UNSCOPED = {"kezhi_unscoped": True, "synchronize_session": False}


def run(task: Task) -> None:
    """The job. The three signatures carry it, not the rights of who gave the last one: it runs as the system."""
    proposal_id = int(task.payload["proposal"])
    with acting_as(SYSTEM):
        execute_proposal(proposal_id, task.progress)


def execute_proposal(proposal_id: int, told: Callable[[int, int], None] | None = None) -> None:
    """Destroy what was signed and is not kept back, then remove every trace, then issue the certificate.

    ``told`` hears before each file how many of how many are done.
    """
    proposal = db.session.get(Proposal, proposal_id, execution_options=UNSCOPED)
    if proposal is None or proposal.state not in (APPROVED, DONE):
        return
    number, scope, is_done = proposal.number, proposal.scope, proposal.state == DONE
    if not is_done:
        waiting = select(ITEMS.c.customer_id).where(ITEMS.c.proposal_id == proposal_id, ITEMS.c.outcome == OPEN)
        ids = list(db.session.scalars(waiting.order_by(ITEMS.c.customer_id)))
        tables = layout()
        db.session.rollback()
        for place, customer_id in enumerate(ids):
            if told is not None:
                told(place, len(ids))
            _one(proposal_id, customer_id, scope, number, tables)
        leave_no_trace()
        _end(proposal_id)
    certificate(proposal_id)


def _end(proposal_id: int) -> None:
    mine = (ITEMS.c.proposal_id == proposal_id, ITEMS.c.outcome == DESTROYED)
    with writing():
        count, files = db.session.execute(
            select(func.count(), func.coalesce(func.sum(ITEMS.c.files), 0)).where(*mine)
        ).one()
        ended = update(Proposal).where(Proposal.id == proposal_id, Proposal.state == APPROVED)
        values = {"state": DONE, "done_at": clock.now(), "destroyed": count, "files": int(files)}
        result: Any = db.session.execute(ended.values(**values), execution_options=UNSCOPED)
        if result.rowcount:
            audit_record("destruction.done", "destruction", proposal_id, destroyed=count, files=int(files))
            announce(Proposal, "update", [proposal_id])


def _one(proposal_id: int, customer_id: int, scope: str, number: str, tables: Any) -> None:
    """One file, whole or not at all. What was decided about it is read again here, where nobody else can change it."""
    key = (ITEMS.c.proposal_id == proposal_id, ITEMS.c.customer_id == customer_id)
    with writing():
        item = db.session.execute(select(ITEMS).where(*key).with_for_update()).one()
        if item.outcome != OPEN:
            return  # another worker was faster
        version = db.session.scalar(
            select(CUSTOMERS.c.version).where(CUSTOMERS.c.id == customer_id).with_for_update(),
            execution_options=UNSCOPED,
        )
        left = _left(item, version, scope)
        if left is not None:
            values = {"outcome": left[0], "note": left[1]}
            counts: dict[str, int] = {}
        else:
            subject = subject_of(customer_id, scope, number)
            counts = erase_file(subject, tables) if scope == FILE else erase_persons(subject, tables)
            values = {"outcome": DESTROYED, "note": ""}
        files = counts.pop("blobs", 0)
        rows = {name: count for name, count in sorted(counts.items()) if count}
        db.session.execute(update(ITEMS).where(*key).values(**values, done_at=clock.now(), rows=rows, files=files))
        db.session.expire_all()
        if left is None:
            audit_record(
                "customer.destroy", "customer", customer_id, proposal=proposal_id, scope=scope, rows=rows, files=files
            )


def _left(item: Any, version: int | None, scope: str) -> tuple[str, str] | None:
    """Why a file is left; None when it is to be destroyed."""
    if item.decision != DESTROY:
        return KEPT, ""
    if version is None:
        return GONE, ""
    if version != item.version:
        return CHANGED, ""
    why = obstacles([item.customer_id], clock.today()).get(item.customer_id) if scope == FILE else None
    return (BLOCKED, _("; ").join(why)) if why else None


def erase_file(subject: Subject, tables: Any) -> dict[str, int]:
    """Everything of a customer, in the open write transaction; answers the rows by table and the ``blobs``."""
    counts: Counter[str] = Counter(_places(subject))
    links = links_to(TARGET)
    models = {model.__tablename__: model for model in current_app.extensions["kezhi"].call.register_models()}
    # what points at other tables goes before those
    order = {table.name: at for at, table in enumerate(_sorted([link.table for link in links]))}
    for stored in sorted(links, key=lambda each: order[each.table.name], reverse=True):
        mine = stored.table.c[stored.link.column].in_(subject.ids)
        if outlives(stored):
            if stored.link.personal:
                blank = {name: _nothing(stored.table.c[name]) for name in stored.link.personal}
                counts[stored.table.name] += _execute(update(stored.table).where(mine).values(blank))
            continue
        key = list(stored.table.primary_key)
        model = models.get(stored.table.name)
        gone = list(db.session.scalars(select(key[0]).where(mine))) if model is not None and len(key) == 1 else []
        counts[stored.table.name] += _execute(delete(stored.table).where(mine))
        if model is not None and gone:
            announce(model, "delete", gone)
    counts.update(cross_out(subject, tables))
    counts[TARGET] += _execute(delete(CUSTOMERS).where(CUSTOMERS.c.id == subject.customer_id))
    db.session.expire_all()
    announce(Customer, "delete", list(subject.ids))
    return dict(counts)


def erase_persons(subject: Subject, tables: Any) -> dict[str, int]:
    """The data of persons in a file that stays: what record links call personal, and their traces elsewhere."""
    counts: Counter[str] = Counter(_places(subject))
    counts.update(erase_customer(subject.customer_id))
    counts.update(cross_out(subject, tables))
    return dict(counts)


def _places(subject: Subject) -> Counter[str]:
    counts: Counter[str] = Counter()
    for _plugin, place in places():
        if place.erase is not None:
            counts.update(dict(place.erase(subject)))
    return counts


def _sorted(tables: list[Any]) -> list[Any]:
    """Tables in the order of their foreign keys among each other."""
    return sort_tables(list(dict.fromkeys(tables)))


def _nothing(column: Any) -> Any:
    if column.nullable:
        return null()
    return "" if isinstance(column.type, sqltypes.String | Protected) else 0


def _execute(statement: Any) -> int:
    result: Any = db.session.execute(statement, execution_options=UNSCOPED)
    return max(int(result.rowcount), 0)
