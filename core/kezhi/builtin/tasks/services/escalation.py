"""Overdue tasks go up the tree of departments, one manager after the other (TSK-01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import announce, audit_record, clock, db, setting

from ...accounts.models import Account, Department, DepartmentClosure
from ...calendar import hours as working
from ...calendar.hours import Hours, NoWorkingTime
from ...calendar.services import working_hours_by_department
from ..kinds import task_kinds
from ..models import Escalation, Task
from ..telling import tell_passed_up
from .closing import UNSCOPED

MOST_LEVELS = 5  #: managers that a task is passed up to at most

task, owner = Task.__table__, Account.__table__.alias("owner")
#: the department that has a task: that of its owner today, else its own
PLACE: ColumnElement[Any] = func.coalesce(owner.c.department_id, task.c.department_id)


def escalate() -> Counter[int]:
    """Pass overdue tasks up to the next manager who is not its owner; how many went to whom, by user id.

    A kind's working time counts by the calendar of the department that has the task; after as much again the task goes
    to the next manager above. Inside ``writing()``; run again it passes nothing up twice. The number of statements does
    not depend on the tasks.
    """
    now = clock.now()
    overdue = _overdue(now)
    if not overdue:
        return Counter()
    table: Any = Escalation.__table__
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    new = _next_managers(or_(*overdue), now)
    statement = dialect.insert(table).from_select(["task_id", "user_id", "level", "depth", "at"], new)
    statement = statement.on_conflict_do_nothing().returning(table.c.task_id, table.c.user_id)
    rows = db.session.execute(statement).all()
    if not rows:
        return Counter()
    level = select(func.max(table.c.level)).where(table.c.task_id == task.c.id).scalar_subquery()
    passed = select(table.c.task_id).where(table.c.at == now)
    db.session.execute(update(task).where(task.c.id.in_(passed)).values(level=level), execution_options=UNSCOPED)
    counts = Counter(row.user_id for row in rows)
    announce(Task, "update", [row.task_id for row in rows] if len(rows) <= 500 else passed)
    audit_record("task.escalate", "tasks", "", count=len(rows), managers=len(counts))
    tell_passed_up(counts)
    return counts


def _next_managers(overdue: ColumnElement[bool], now: datetime) -> Any:
    """Of each overdue task the nearest manager above, whom it was not passed up to yet: rows for the table."""
    closure, above = DepartmentClosure.__table__.alias(), DepartmentClosure.__table__.alias()
    department, theirs = Department.__table__.alias(), Department.__table__.alias()
    manager = Account.__table__.alias("manager")
    done, last = Escalation.__table__.alias(), Escalation.__table__.alias()
    reached = select(func.max(last.c.depth)).where(last.c.task_id == task.c.id).scalar_subquery()
    # what is late with the manager of a department goes to one above: not to themselves, not to anybody below
    own_place = exists().where(
        above.c.descendant_id == PLACE,
        theirs.c.id == above.c.ancestor_id,
        theirs.c.manager_id == task.c.owner_id,
        above.c.depth >= closure.c.depth,
    )
    number = func.row_number().over(partition_by=task.c.id, order_by=closure.c.depth).label("number")
    columns = (task.c.id.label("task_id"), manager.c.id.label("user_id"), (task.c.level + 1).label("level"))
    found = (
        select(*columns, closure.c.depth.label("depth"), number)
        .select_from(task)
        .outerjoin(owner, owner.c.id == task.c.owner_id)
        .join(closure, closure.c.descendant_id == PLACE)
        .join(department, department.c.id == closure.c.ancestor_id)
        .join(manager, and_(manager.c.id == department.c.manager_id, manager.c.active.is_(True)))
        .where(
            task.c.closed_at.is_(None),
            overdue,
            closure.c.depth > func.coalesce(reached, -1),
            not_(exists().where(done.c.task_id == task.c.id, done.c.user_id == manager.c.id)),
            not_(own_place),
        )
        .subquery("candidates")
    )
    at = literal(now, Escalation.__table__.c.at.type)
    return select(found.c.task_id, found.c.user_id, found.c.level, found.c.depth, at).where(found.c.number == 1)


def _overdue(now: datetime) -> list[ColumnElement[bool]]:
    """Conditions: of which kinds, levels and departments what was due when has to go up now."""
    company, others = working_hours_by_department()
    groups: list[tuple[Hours, ColumnElement[bool]]] = [
        (company, or_(PLACE.is_(None), PLACE.not_in(sorted(others))) if others else true())
    ]
    for hours in {id(each): each for each in others.values()}.values():
        ids = sorted(department for department, theirs in others.items() if theirs is hours)
        groups.append((hours, PLACE.in_(ids)))
    found: list[ColumnElement[bool]] = []
    for amount, kinds in _kinds_by_hours().items():
        for hours, here in groups:
            for level in range(MOST_LEVELS):
                try:
                    latest = working.add(hours, now, -timedelta(hours=amount * (level + 1)))
                except NoWorkingTime:
                    continue
                found.append(and_(task.c.kind.in_(kinds), task.c.level == level, task.c.due_at < latest, here))
    return found


def _kinds_by_hours() -> dict[int, Sequence[str]]:
    """The kinds that go up, by the hours of working time after which they do."""
    usual = int(setting("tasks", "escalate_hours"))
    found: dict[int, list[str]] = {}
    for key, kind in task_kinds().items():
        if kind.escalate_hours != 0 and kind.waiting is None:
            found.setdefault(usual if kind.escalate_hours is None else kind.escalate_hours, []).append(key)
    return {hours: sorted(keys) for hours, keys in found.items()}
