"""Whose share holds today, and what it adds to what a person sees and may change.

A share opens a record, never a right: what one may do with it is what one's role allows. It is read from the days
whenever it is asked, so one that ended yesterday opens nothing, whether any job ran or not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, or_, select

from kezhi import ALL, User, acting_user, clock

from ...accounts.models import DepartmentClosure
from ..models import Customer, CustomerShare

SHARE = "customers.share"
#: The selects name the tables and not the classes: the net over all statements must not narrow them once more.
customer, share, above = Customer.__table__.c, CustomerShare.__table__.c, DepartmentClosure.__table__.c


def in_charge(user: User) -> Any:
    """The customers of a person without any share: all, or selects of ids for the department's and their own."""
    if user.can("customers.see_all"):
        return ALL
    found = [select(customer.id).where(customer.owner_id == user.id)] if user.id is not None else []
    if user.can("customers.see_department") and user.departments:
        found.append(select(customer.id).where(customer.department_id.in_(sorted(user.departments))))
    return found


def shared_ids(user: User, *extra: ColumnElement[bool]) -> list[Select[Any]]:
    """Selects of the ids shared with a person today: with them by name, and with a department they belong to.

    Flat, one for each index. Nothing for who may not read customer files at all.
    """
    if user.id is None or not user.can("customers.read"):
        return []
    return [select(share.customer_id).where(receiver, holds(), *extra) for receiver in receivers(user)]


def receivers(user: User) -> list[ColumnElement[bool]]:
    """The conditions under which a share is a person's; what a department has, those below it have too."""
    found = [share.user_id == user.id]
    if user.department_id is not None:
        mine = select(above.ancestor_id).where(above.descendant_id == user.department_id)
        found.append(share.department_id.in_(mine))
    return found


def _today() -> Any:
    """The company's day when a statement is executed: a rule is kept for as long as its request or job lasts."""
    return bindparam("today", callable_=lambda: clock.today(), type_=Date(), unique=True)


def holds() -> ColumnElement[bool]:
    """Whether a share holds today, by the day of the company's zone."""
    return and_(share.ended_at.is_(None), share.to_on >= _today(), share.from_on <= _today())


def is_open() -> ColumnElement[bool]:
    """Whether a share holds today or will."""
    return and_(share.ended_at.is_(None), share.to_on >= _today())


@lru_cache(maxsize=256)
def grants(user: User) -> Any:
    """The customers that a user sees: all, or the department's, their own, and those shared with them.

    The selects follow from the user alone, as they were read for this request; what day it is, each asks when it runs.
    """
    found = in_charge(user)
    return ALL if found == ALL else [*found, *shared_ids(user)]


def beyond_charge(user: User | None = None) -> ColumnElement[bool] | None:
    """The condition that a customer is seen only by a share; None for who needs none."""
    return _only_by(user or acting_user(), [])


def only_looked_at(user: User | None = None) -> ColumnElement[bool] | None:
    """The condition that a customer is shared with the person to be looked at, and nothing lets them change it."""
    user = user or acting_user()
    return _only_by(user, shared_ids(user, share.may_write))


def _only_by(user: User, further: list[Select[Any]]) -> ColumnElement[bool] | None:
    if user.is_system:
        return None
    mine, shared = in_charge(user), shared_ids(user)
    if mine == ALL or not shared:
        return None
    return and_(or_(*(customer.id.in_(each) for each in shared)), *(customer.id.not_in(e) for e in [*mine, *further]))


def is_in_charge(owner_id: int | None, department_id: int | None, user: User) -> bool:
    """Whether somebody sees a customer of this person and department without any share: no statement is needed."""
    if user.is_system or user.can("customers.see_all"):
        return True
    of_department = user.can("customers.see_department") and department_id in user.departments
    return of_department or (user.id is not None and owner_id == user.id)
