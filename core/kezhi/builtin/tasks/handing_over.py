"""The open tasks of a person, for the builtin of hand-overs (ORG-01). Those about a customer go along with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, update

from kezhi import announce, audit_record, db, localised, visible
from kezhi import lazy_gettext as _l
from kezhi.bulk import MOST_KEYS

from ..handover.contributions import HandOver, Name
from .models import Task
from .services.closing import UNSCOPED

task: Any = Task.__table__


def hand_overs() -> list[HandOver]:
    """What is still to be done; what is done stays with whoever did it."""
    return [
        HandOver(
            "tasks.open", _l("Open tasks"), items, names, move, icon="check2-square", order=30,
            accepts=lambda user: user.can("tasks.use"),
        )
    ]  # fmt: skip


def items(person: int) -> Select[Any]:
    label = task.c.kind_title["zh"].as_string().label("label")
    return select(task.c.id.label("record_id"), label).where(task.c.owner_id == person, task.c.closed_at.is_(None))


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    found = db.session.scalars(visible(Task).where(Task.id.in_(ids)))
    return {
        each.id: Name(each.subject or localised(each.kind_title), "tasks.show", {"task_id": each.id}) for each in found
    }


def move(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    open_ones = update(task).where(task.c.owner_id == person, task.c.closed_at.is_(None), task.c.id.in_(ids))
    result: Any = db.session.execute(open_ones.values(owner_id=to), execution_options=UNSCOPED)
    db.session.expire_all()
    if result.rowcount:
        announce(Task, "update", list(db.session.scalars(ids)) if result.rowcount <= MOST_KEYS else ids)
        audit_record("task.hand_over", "user", person, to=to, count=int(result.rowcount))
    return []
