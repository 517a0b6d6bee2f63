"""How tasks end. Every function that writes expects an open ``writing()``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from kezhi import Conflict, NotFound, Refused, User, acting_user, announce, audit_record, clock, db
from kezhi.i18n import _

from ..kinds import task_kinds
from ..models import DONE, DROPPED, KEPT, MailChoice, Notice, Task
from .queries import task_by_id

LONGEST_REASON = 500
UNSCOPED = {"kezhi_unscoped": True, "synchronize_session": False}


def may_close(task: Task, user: User) -> bool:
    """Whether a person may say that this task is done: its owner, of a kind that is ended by saying so."""
    kind = task_kinds().get(task.kind)
    return task.closed_at is None and kind is not None and kind.may_close and task.owner_id == user.id


def close_task(task_id: int, reason: str = "") -> Task:
    """The acting person has done it; ``reason`` says how, if they want to say it.

    Errors: ``NotFound`` for a task of somebody else or of a kind that ends by itself; ``Conflict`` when it is closed.
    """
    found, user = task_by_id(task_id), acting_user()
    if found.closed_at is None and not may_close(found, user):
        raise NotFound(_("There is no such task."))
    if len(reason) > LONGEST_REASON:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_REASON), field="reason")
    if not _close(Task.id == task_id, DONE, reason):
        raise Conflict(_("This task is closed already; nothing was changed."))
    db.session.refresh(found)
    audit_record("task.done", "task", task_id, kind=found.kind, slot=found.slot)
    announce(Task, "update", [task_id])
    return found


def drop_tasks(kind: str, slots: Collection[str], *, kept: bool = True, reason: str = "") -> int:
    """Close the open tasks of these occasions, called by their app: what they ask for has happened (``kept``), or it
    is no longer asked for. How many were open.
    """
    which = (Task.kind == kind) & Task.slot.in_(sorted(slots))
    ids = list(db.session.scalars(select(Task.id).where(which, Task.closed_at.is_(None)), execution_options=UNSCOPED))
    count = _close(which, KEPT if kept else DROPPED, reason) if ids else 0
    if count:
        audit_record("task.close", "tasks", kind, count=count, kept=kept)
        for start in range(0, len(ids), 500):
            announce(Task, "update", ids[start : start + 500])
    return count


def _close(which: Any, outcome: str, reason: str) -> int:
    """Close what is open of these: one conditional statement, so that it counts once."""
    values = {
        "closed_at": clock.now(),
        "closed_by": acting_user().login,
        "outcome": outcome,
        "reason": reason,
        "held_by_id": Task.owner_id,
    }
    statement = update(Task).where(which, Task.closed_at.is_(None)).values(values)
    result: Any = db.session.execute(statement, execution_options=UNSCOPED)
    return int(result.rowcount)


def last_done(kind: str) -> dict[str, datetime]:
    """When the tasks of a kind were last said to be done, by their references: for what comes round again."""
    statement = select(Task.reference, func.max(Task.closed_at)).where(Task.kind == kind, Task.outcome == DONE)
    rows = db.session.execute(statement.group_by(Task.reference), execution_options=UNSCOPED)
    return {reference: at for reference, at in rows if at is not None}


def forget_plugin(plugin: str) -> None:
    """The tasks and notices of an uninstalled plugin go with its tables."""
    counts = {}
    for model in (Task, Notice, MailChoice):
        gone: Any = delete(model).where(model.kind.startswith(f"{plugin}.", autoescape=True))
        result: Any = db.session.execute(gone, execution_options=UNSCOPED)
        counts[model.__tablename__] = int(result.rowcount)
    if any(counts.values()):
        audit_record("task.forget", "tasks", plugin, **counts)
