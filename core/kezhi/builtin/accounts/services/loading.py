"""From a row to the person who acts: at most two statements, whatever the number of roles and departments."""

from __future__ import annotations

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


def load_user(condition: ColumnElement[bool]) -> User | None:
    """The active person that ``condition`` picks, with rights and departments as they are now."""
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
        )
    )
    if not rows:
        return None
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
        departments=_departments(first.department_id),
        department_id=first.department_id,
        all_permissions=everything,
        locale=first.locale,
        theme=first.theme,
        must_change_password=first.must_change_password,
    )


def _departments(department_id: int | None) -> frozenset[int]:
    """The department and all below it."""
    if department_id is None:
        return frozenset()
    closure = DepartmentClosure
    return frozenset(db.session.scalars(select(closure.descendant_id).where(closure.ancestor_id == department_id)))
