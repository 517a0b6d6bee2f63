"""What is up to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from kezhi import NotFound, User, acting_user, clock, db, visible
from kezhi.i18n import _

from ...accounts.models import Account
from ..kinds import task_kinds
from ..models import Escalation, Task

MOST = 200  #: tasks of one page without paging


@dataclass(frozen=True, slots=True)
class Line:
    """A task with the name of whom it is up to."""

    task: Task
    owner: str

    @property
    def is_late(self) -> bool:
        """Whether it is open and its time is over."""
        return self.task.closed_at is None and self.task.due_at < clock.now()


def _open(*where: Any) -> Select[Any]:
    """Open tasks of enabled apps with their owners' names, the most urgent first."""
    statement: Any = select(Task, Account.name).outerjoin(Account, Account.id == Task.owner_id)
    statement = statement.where(Task.closed_at.is_(None), Task.kind.in_(sorted(task_kinds())), *where)
    found: Select[Any] = statement.order_by(Task.due_at, Task.id)
    return found


def own_open(user: User | None = None, limit: int = MOST) -> list[Line]:
    """The open tasks that are up to a person: one statement along an index."""
    return _lines(_open(Task.owner_id == (user or acting_user()).id).limit(limit))


def escalated_to(user: User | None = None, limit: int = MOST) -> list[Line]:
    """The open tasks of others that were passed up to a person."""
    passed = Escalation.__table__  # by its index, not by what is open of all tasks
    statement = _open(passed.c.user_id == (user or acting_user()).id)
    return _lines(statement.join(passed, passed.c.task_id == Task.id).limit(limit))


def _lines(statement: Select[Any]) -> list[Line]:
    return [Line(task, name or "") for task, name in db.session.execute(statement)]


def open_count(user: User | None = None) -> int:
    """How many open tasks a person has that are due by the end of today: one statement."""
    statement = _open(Task.owner_id == (user or acting_user()).id, Task.due_at <= end_of_today())
    return int(db.session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0)


def end_of_today() -> datetime:
    """The last instant of the company's day."""
    return clock.local(clock.now()).replace(hour=23, minute=59, second=59, microsecond=999999)


def task_by_id(task_id: int) -> Task:
    """A task that the acting person sees, closed or not. Errors: ``NotFound``."""
    statement = visible(Task).where(Task.id == task_id, Task.kind.in_(sorted(task_kinds())))
    found: Task | None = db.session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(_("There is no such task."))
    return found


def passed_up(task_id: int) -> Sequence[Any]:
    """To whom a task was passed up and when: rows of name and instant, the nearest manager first."""
    statement = select(Account.name, Escalation.at).join(Account, Account.id == Escalation.user_id)
    return db.session.execute(statement.where(Escalation.task_id == task_id).order_by(Escalation.level)).all()


def overview(limit: int = 1000, *, late: bool = False) -> list[dict[str, Any]]:
    """Open tasks that the acting person sees as plain data, the most urgent first."""
    statement = visible(Task).where(Task.closed_at.is_(None), Task.kind.in_(sorted(task_kinds())))
    if late:
        statement = statement.where(Task.due_at < clock.now())
    tasks = db.session.scalars(statement.order_by(Task.due_at, Task.id).limit(limit)).all()
    names: dict[int, str] = {}
    if tasks:
        people = select(Account.id, Account.login).where(Account.id.in_({each.owner_id for each in tasks}))
        names = {row.id: row.login for row in db.session.execute(people)}
    return [
        {
            "id": each.id,
            "kind": each.kind,
            "slot": each.slot,
            "subject": each.subject,
            "owner": names.get(each.owner_id or 0, ""),
            "department": each.department_id,
            "due": each.due_at.isoformat(),
            "level": each.level,
        }
        for each in tasks
    ]
