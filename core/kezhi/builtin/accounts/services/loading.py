"""From a row to the person who acts: one statement, whatever the number of roles and departments."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from itertools import groupby
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, select

from kezhi import User, db

from ..models import ADMINISTRATOR, Account, AccountRole, DepartmentClosure, RolePermission
from ..spelling import normal_login
from .roles import effective

_ACCOUNT: Any = Account.__table__
PREFERENCES = ("locale", "theme", "must_change_password")


def user_by_id(user_id: int) -> User | None:
    """The active person with this id, or None."""
    return next(iter(_users(db.session.connection().execute(_person(), {"id": user_id}))), None)


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
    """The active people that ``condition`` picks, by name; one statement for any number of them."""
    return _users(db.session.execute(_people().where(condition)))


def _users(rows: Iterable[Any]) -> list[User]:
    return [_user(list(theirs)) for _id, theirs in groupby(rows, key=lambda row: row.id)]


@cache
def _person() -> Select[Any]:
    """One of them, by the parameter ``id``."""
    return _people().where(_ACCOUNT.c.id == bindparam("id"))


@cache
def _people() -> Select[Any]:
    """The active people with their roles and what was changed of them; of tables, as every request asks for it."""
    role, change, closure = AccountRole.__table__, RolePermission.__table__, DepartmentClosure.__table__
    within = select(cast(closure.c.descendant_id, Text)).where(closure.c.ancestor_id == _ACCOUNT.c.department_id)
    inner = within.correlate(_ACCOUNT).subquery()
    below = select(func.aggregate_strings(inner.c[0], " ")).scalar_subquery()
    columns = [_ACCOUNT.c[name] for name in ("id", "login", "name", "department_id", *PREFERENCES)]
    return (
        select(*columns, below.label("below"), role.c.role_key, change.c.permission, change.c.granted)
        .select_from(_ACCOUNT)
        .join(role, role.c.user_id == _ACCOUNT.c.id, isouter=True)
        .join(change, change.c.role_key == role.c.role_key, isouter=True)
        .where(_ACCOUNT.c.active.is_(True))
        .order_by(_ACCOUNT.c.name, _ACCOUNT.c.id)
    )


def _user(rows: list[Any]) -> User:
    """One person from the rows of their roles."""
    first = rows[0]
    roles = frozenset(row.role_key for row in rows if row.role_key is not None)
    changes = {(row.role_key, row.permission): row.granted for row in rows if row.permission is not None}
    kernel = current_app.extensions["kezhi"]
    known, everything = kernel.permissions, ADMINISTRATOR in roles
    # what roles permit follows from them and the company's changes alone, as they were just read
    given = ("accounts", roles, frozenset(changes.items()))
    if given not in kernel.host.memo:
        kernel.host.memo[given] = frozenset(known) if everything else effective(roles, changes, known)
    return User(
        id=first.id,
        login=first.login,
        name=first.name,
        permissions=kernel.host.memo[given],
        roles=roles,
        departments=frozenset(map(int, (first.below or "").split())),
        department_id=first.department_id,
        all_permissions=everything,
        locale=first.locale,
        theme=first.theme,
        must_change_password=first.must_change_password,
    )


def name_of_login(login: Any) -> ColumnElement[Any]:
    """The name of whom a column of logins names, for lists; the login of who has no account, NULL for nobody."""
    people = Account.__table__.c
    named = select(people.name).where(people.login == login).correlate(login.table).scalar_subquery()
    return func.coalesce(named, func.nullif(login, ""))
