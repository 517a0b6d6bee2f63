"""From a row to the person who acts: at most two statements, whatever the number of roles and departments."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, select

from kezhi import User, db

from ..models import ADMINISTRATOR, Account, AccountRole, DepartmentClosure, RolePermission
from ..spelling import normal_login
from .roles import effective


def user_by_id(user_id: int) -> User | None:
    """The active person with this id, or None."""
    return load_user(Account.id == user_id)


def user_named(login: str) -> User | None:
    """The active person with this login, or None."""
    return load_user(Account.login == normal_login(login))


def users_with_role(role_key: str) -> list[Account]:
    """The active people who have a role, by name."""
    statement = (
        select(Account)
        .join(AccountRole, AccountRole.user_id == Account.id)
        .where(AccountRole.role_key == role_key, Account.active.is_(True))
        .order_by(Account.name, Account.id)
    )
    return list(db.session.scalars(statement))


def names_of_logins(logins: Collection[str]) -> dict[str, str]:
    """The names of people by their logins, who left too: one statement."""
    if not logins:
        return {}
    rows = db.session.execute(select(Account.login, Account.name).where(Account.login.in_(sorted(logins))))
    return {row.login: row.name for row in rows}


def load_user(condition: ColumnElement[bool]) -> User | None:
    """The active person that ``condition`` picks, with rights and departments as they are now."""
    return next(iter(load_users(condition)), None)


def load_users(condition: ColumnElement[bool]) -> list[User]:
    """The active people that ``condition`` picks, by name; at most two statements for any number of them."""
    columns = (
        Account.id,
        Account.login,
        Account.name,
        Account.department_id,
        Account.locale,
        Account.theme,
        Account.must_change_password,
    )
    rows: list[Any] = list(
        db.session.execute(
            select(*columns, AccountRole.role_key, RolePermission.permission, RolePermission.granted)
            .join(AccountRole, AccountRole.user_id == Account.id, isouter=True)
            .join(RolePermission, RolePermission.role_key == AccountRole.role_key, isouter=True)
            .where(and_(condition, Account.active.is_(True)))
            .order_by(Account.name, Account.id)
        )
    )
    below = _departments({row.department_id for row in rows if row.department_id is not None})
    return [_user(list(theirs), below) for _id, theirs in groupby(rows, key=lambda row: row.id)]


def _user(rows: list[Any], below: dict[int, frozenset[int]]) -> User:
    """One person from the rows of their roles; ``below`` are the departments that each department includes."""
    first = rows[0]
    roles = frozenset(row.role_key for row in rows if row.role_key is not None)
    changes = {(row.role_key, row.permission): row.granted for row in rows if row.permission is not None}
    known = current_app.extensions["kezhi"].permissions
    everything = ADMINISTRATOR in roles
    return User(
        id=first.id,
        login=first.login,
        name=first.name,
        permissions=frozenset(known) if everything else effective(roles, changes, known),
        roles=roles,
        departments=below.get(first.department_id, frozenset()),
        department_id=first.department_id,
        all_permissions=everything,
        locale=first.locale,
        theme=first.theme,
        must_change_password=first.must_change_password,
    )


def _departments(tops: set[int]) -> dict[int, frozenset[int]]:
    """Each of these departments with itself and all below it."""
    if not tops:
        return {}
    closure = DepartmentClosure
    rows = db.session.execute(
        select(closure.ancestor_id, closure.descendant_id).where(closure.ancestor_id.in_(sorted(tops)))
    ).all()
    return {top: frozenset(row.descendant_id for row in rows if row.ancestor_id == top) for top in tops}
