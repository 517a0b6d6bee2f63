"""Who sees which tasks (TSK-01). Nothing here writes; the same rules stand behind pages and services.

A task is seen by whom it is up to and by the managers it was passed up to, whatever it is about: they have to do
something about it. Whoever sees a customer sees the duties about it. A department's duties are seen by who may see its
tasks, those about a customer only where the customer is seen too.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, false, func, or_, select

from kezhi import ALL, Access, User
from kezhi.visibility import visible_where

from ..accounts.models import Account
from .contributions import CUSTOMERS
from .models import Escalation, Mail, MailChoice, Notice, Recipient, Task

SEE_DEPARTMENT, SEE_ALL, ASSIGN = "tasks.see_department", "tasks.see_all", "tasks.assign"

# Tables and not classes: the net over all statements must not narrow what decides about visibility.
task, escalation, account = Task.__table__.c, Escalation.__table__.c, Account.__table__.c


def grants(user: User) -> Any:
    """The condition on the tasks that a person sees."""
    if user.is_system:
        return ALL
    customer = customer_seen(user)
    found = [
        is_up_to(user),
        task.held_by_id == user.id,
        task.id.in_(select(escalation.task_id).where(escalation.user_id == user.id)),
        and_(task.customer_id.is_not(None), customer) if user.can("customers.read") else false(),
    ]
    of_nobody_or_seen = or_(task.customer_id.is_(None), customer)
    if user.can(SEE_ALL):
        found.append(of_nobody_or_seen)
    elif user.can(SEE_DEPARTMENT) and user.departments:
        found.append(and_(of_departments(user.departments), of_nobody_or_seen))
    return or_(*found)


def access() -> list[Access]:
    """Tasks by the rule above; what somebody is told, and how they want it, is seen by that person alone."""
    key: Any = Task.id
    passed_up: Any = Escalation.task_id
    found = [Access(Task, key, grants, {Escalation: passed_up})]
    mail: Any = Mail.notice_id
    children_of: dict[Any, dict[type, Any]] = {Notice: {Mail: mail}, Recipient: {}, MailChoice: {}}
    for model, children in children_of.items():
        whose: Any = model.__table__.c.user_id
        own_key: Any = model.id if model is Notice else model.user_id
        found.append(Access(model, own_key, partial(_own, whose), children))
    return found


def _own(whose: Any, user: User) -> Any:
    return ALL if user.is_system else whose == user.id


def is_up_to(user: User) -> ColumnElement[bool]:
    """The tasks that are this person's own, open or not."""
    condition: ColumnElement[bool] = task.owner_id == user.id
    return condition


def of_departments(departments: frozenset[int]) -> ColumnElement[bool]:
    """The tasks of people who work in these departments now, and those that are up to the departments themselves."""
    ids = sorted(departments)
    people = select(account.id).where(account.department_id.in_(ids))
    responsible = func.coalesce(task.held_by_id, task.owner_id)
    return or_(responsible.in_(people), and_(responsible.is_(None), task.department_id.in_(ids)))


def customer_seen(user: User) -> ColumnElement[bool]:
    """The condition that the customer of a task is one that the person sees; never true without the customer file."""
    model = customer_model()
    if model is None:
        return false()
    condition = visible_where(model, user)
    key = model.__table__.c.id
    ids = select(key) if condition is None else select(key).where(condition)
    found: ColumnElement[bool] = task.customer_id.in_(ids)
    return task.customer_id.is_not(None) if condition is None else found


def customer_model() -> Any:
    """The model of customers, None without the customer file."""
    guarded = current_app.extensions["kezhi"].access.guarded
    return next((each for each in guarded if each.__tablename__ == CUSTOMERS), None)


def may_manage(user: User, owner_id: int | None, department_id: int | None, owner_department: int | None) -> bool:
    """Whether a person gives this task to others: who has the right, within the own departments."""
    if user.is_system:
        return True
    if not user.can(ASSIGN):
        return False
    place = owner_department if owner_id is not None else department_id
    return user.can(SEE_ALL) or (place is not None and place in user.departments)
