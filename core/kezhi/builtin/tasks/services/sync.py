"""From what is due to tasks and back: a job does it, as often as it likes, with the same result."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Select, and_, exists, insert, literal, select, update

from kezhi import acting_user, bulk_write, clock, db, writing
from kezhi.i18n import in_both_languages

from ..contributions import TaskKind
from ..kinds import known_kind, task_kinds
from ..models import KEPT, Task
from .closing import UNSCOPED, drop_tasks
from .opening import open_tasks

log = logging.getLogger("kezhi.tasks")

#: the columns that a kind's ``Select`` has
COLUMNS = ("slot", "due_at", "owner_id", "department_id", "subject", "reference", "customer_id")


def sync_all() -> tuple[int, int]:
    """Bring the tasks of every kind up to date, each in a transaction of its own: how many were opened and closed.

    One kind that fails keeps no other one from it. Errors: that of the last one that failed, at the end.
    """
    opened = closed = 0
    failed: Exception | None = None
    for key in sorted(key for key, kind in task_kinds().items() if kind.duties is not None):
        try:
            with writing():
                new, old = sync(key)
        except Exception as error:
            log.exception("the duties of %s are not known", key)
            failed = error
            continue
        opened, closed = opened + new, closed + old
    if failed is not None:
        raise failed
    return opened, closed


def sync(key: str) -> tuple[int, int]:
    """Open a task for what is due and is none yet, close the open ones that are not due any more. Both counts.

    Inside ``writing()``. A ``Select`` is worked off in four statements however many rows it has.
    """
    kind = known_kind(key)
    assert kind.duties is not None
    due = kind.duties()
    if isinstance(due, Select):
        return _open_selected(kind, due), _close_unselected(kind, due)
    slots = {each.slot for each in due}
    open_slots = select(Task.slot).where(Task.kind == key, Task.closed_at.is_(None))
    gone = set(db.session.scalars(open_slots, execution_options=UNSCOPED)) - slots
    closed = drop_tasks(key, gone) if gone else 0
    return len(open_tasks(key, due)), closed


def _open_selected(kind: TaskKind, due: Select[Any]) -> int:
    table: Any = Task.__table__
    wanted, now = due.subquery("due"), clock.now()
    known = exists().where(table.c.kind == kind.key, table.c.slot == wanted.c.slot)
    fixed: dict[str, Any] = {
        "kind": kind.key,
        "kind_title": in_both_languages(kind.title),
        "created_at": now,
        "created_by": acting_user().login,
        "level": 0,
        "closed_by": "",
        "outcome": "",
        "reason": "",
    }
    values = [literal(value, table.c[name].type) for name, value in fixed.items()]
    new = select(*[wanted.c[name] for name in COLUMNS], *values).where(~known)
    opened = select(table.c.id).where(table.c.kind == kind.key, table.c.created_at == now)
    return bulk_write(
        insert(table).from_select([*COLUMNS, *fixed], new), model=Task, change="create", keys=opened, action="task.open"
    )


def _close_unselected(kind: TaskKind, due: Select[Any]) -> int:
    table: Any = Task.__table__
    wanted, now = due.subquery("due"), clock.now()
    gone = and_(table.c.kind == kind.key, table.c.closed_at.is_(None), table.c.slot.not_in(select(wanted.c.slot)))
    values = {"closed_at": now, "closed_by": acting_user().login, "outcome": KEPT, "held_by_id": table.c.owner_id}
    closed = select(table.c.id).where(table.c.kind == kind.key, table.c.closed_at == now)
    return bulk_write(
        update(table).where(gone).values(values), model=Task, change="update", keys=closed, action="task.close"
    )
