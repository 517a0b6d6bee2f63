"""The lists of tasks: one's own and those of one's departments, open and closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import escape
from sqlalchemy import and_, case, func, literal, or_, select

from kezhi import Choice, Column, Filter, ListView, User, clock
from kezhi import lazy_gettext as _l
from kezhi.cells import Renderer, address_of
from kezhi.filters import instant
from kezhi.i18n import is_chinese

from ..accounts.models import Account, Department
from .kinds import task_kinds
from .models import DONE, DROPPED, KEPT, Task
from .rules import SEE_ALL, SEE_DEPARTMENT, of_departments
from .words import LAST_MINUTE

OUTCOMES = {DONE: _l("Marked as done"), KEPT: _l("Settled by itself"), DROPPED: _l("Dropped")}
STATES = {"late": (_l("Overdue"), "red"), "today": (_l("Today"), "amber"), "later": (_l("Still open"), "blue")}

responsible: Any = func.coalesce(Task.held_by_id, Task.owner_id)


def own_tasks(user: User, *, closed: bool) -> ListView:
    """A person's own tasks."""
    whose = Task.held_by_id == user.id if closed else Task.owner_id == user.id
    return _view("tasks", _l("My tasks"), whose, "tasks.use", closed=closed)


def department_tasks(user: User, *, closed: bool) -> ListView:
    """The tasks of the people of one's departments, or of everybody for who may see them."""
    whose = literal(True) if user.can(SEE_ALL) else of_departments(user.departments)
    permission = SEE_ALL if user.can(SEE_ALL) else SEE_DEPARTMENT
    return _view("department-tasks", _l("Department tasks"), whose, permission, closed=closed, with_owner=True)


def _view(name: str, title: Any, whose: Any, permission: str, *, closed: bool, with_owner: bool = False) -> ListView:
    ended = Task.closed_at.is_not(None) if closed else Task.closed_at.is_(None)
    return ListView(
        name=f"{name}-closed" if closed else name,
        model=Task,
        columns=_columns(closed=closed, with_owner=with_owner),
        order=("closed", "desc") if closed else ("due", "asc"),
        search=[Task.subject],
        where=[whose, ended, Task.kind.in_(sorted(task_kinds()))],
        link=lambda row: address_of("tasks.show", task_id=row.id),
        title=title,
        kind=_l("tasks"),
        search_hint=_l("What it is about"),
        export_permission=permission,
    )


def _columns(*, closed: bool, with_owner: bool) -> list[Column]:
    kind_choices = [Choice(key, kind.title) for key, kind in task_kinds().items() if kind.waiting is None]
    due: Any = Task.due_at
    by_day = Renderer(lambda cell: escape(_due(cell.value)), lambda cell: _due(cell.value), muted=True, phone="x")
    found = [
        Column("subject", _l("Task"), _name(), default=True, render="name", order=1),
        Column("kind", _l("Kind"), Task.kind, default=True, filter=Filter("choice", lambda: kind_choices), order=2),
        Column("due", _l("Due"), due, sortable=True, default=True, render=by_day, filter=Filter("date"), order=4),
    ]
    if with_owner:
        found += [_owner(), _department()]
    if closed:
        outcomes = [Choice(key, title) for key, title in OUTCOMES.items()]
        ended: Any = Task.closed_at
        by = Filter("choice", lambda: outcomes)
        found += [
            Column("closed", _l("Closed at"), ended, sortable=True, default=True, render="instant", order=7),
            Column("outcome", _l("How it ended"), Task.outcome, default=True, filter=by, order=8),
            Column("reason", _l("Remark"), Task.reason, default=True, order=9),
        ]
    else:
        found += [_state(), Column("level", _l("Passed up"), Task.level, render="count", order=6)]
    return found


def _due(due_at: datetime) -> str:
    """A day, with the time where it is not the end of the day."""
    return instant(due_at).removesuffix(f" {LAST_MINUTE}")


def _name() -> Any:
    """What a task is about; its kind where there is nothing more to say."""
    title = Task.kind_title["zh" if is_chinese() else "en"].as_string()
    return func.coalesce(func.nullif(Task.subject, ""), title)


def _state() -> Column:
    now = clock.now()
    end = clock.local(now).replace(hour=23, minute=59, second=59, microsecond=999999)
    key = case((Task.due_at < now, "late"), (Task.due_at <= end, "today"), else_="later")
    tone = case((Task.due_at < now, "red"), (Task.due_at <= end, "amber"), else_="blue")
    choices = [Choice(value, title) for value, (title, _tone) in STATES.items()]
    ranges = {
        "late": Task.due_at < now,
        "today": and_(Task.due_at >= now, Task.due_at <= end),
        "later": Task.due_at > end,
    }
    chosen = Filter("choice", lambda: choices, lambda value: ranges.get(value, or_(False)))
    return Column("state", _l("State"), key, default=True, render="chip", filter=chosen, extra=(tone,), order=5)


def _owner() -> Column:
    name = select(Account.name).where(Account.id == responsible).correlate(Task).scalar_subquery()
    named = Filter("text", apply=lambda text: responsible.in_(select(Account.id).where(Account.name == text)))
    return Column("owner", _l("Responsible"), name, default=True, render="person", filter=named, order=3)


def _department() -> Column:
    place = func.coalesce(
        select(Account.department_id).where(Account.id == responsible).correlate(Task).scalar_subquery(),
        Task.department_id,
    )
    name = select(Department.name).where(Department.id == place).correlate(Task).scalar_subquery()
    return Column("department", _l("Department"), name, order=10)
