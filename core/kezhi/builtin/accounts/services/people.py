"""People: added, changed, deactivated; their passwords. Every effect that ends a right ends the sessions with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, audit_record, clock, db, writing
from kezhi.i18n import LOCALES
from kezhi.i18n import gettext as _

from ..models import ADMINISTRATOR, Account, AccountRole, Department, Role
from ..passwords import hash_password, new_password
from ..spelling import normal_login
from .counting import rows_reached
from .log_ins import end_links, revoke_sessions
from .roles import check_roles
from .throttle import forget_login

LOGIN = re.compile(r"[\w.@+-]{1,80}")
#: names under which entries of the audit chain stand that no person made
RESERVED = frozenset({"system", "anonymous"})
THEMES = ("light", "dark")


def add_user(
    login: str,
    *,
    name: str,
    roles: Iterable[str],
    password_hash: str,
    department_id: int | None = None,
    must_change_password: bool = True,
    locale: str | None = None,
) -> Account:
    """Add an active person. Errors: ``Refused`` for a login in use, an unknown role or department."""
    login = normal_login(login)
    if not LOGIN.fullmatch(login) or login in RESERVED:
        raise Refused(
            _("“%(login)s” cannot be a login: use 1 to 80 letters, digits and . _ - + @.", login=login[:80]),
            field="login",
        )
    if db.session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise _taken(login)
    keys = check_roles(roles)
    account = Account(
        login=login,
        name=_checked_name(name or login),
        password_hash=password_hash,
        must_change_password=must_change_password,
        department_id=_checked_department(department_id),
        locale=locale if locale in LOCALES else None,
        created_at=clock.now(),
        password_changed_at=clock.now(),
    )
    db.session.add(account)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else took the login a moment ago
        raise _taken(login) from error
    _store_roles(account.id, keys)
    audit_record("user.add", "user", account.id, roles=keys, department=department_id)
    return account


def update_user(
    user_id: int,
    version: int,
    *,
    name: str,
    roles: Iterable[str],
    department_id: int | None,
    locale: str | None,
    active: bool,
) -> None:
    """Change a person. Deactivation ends their sessions.

    Errors: ``Conflict`` when somebody changed the person meanwhile; ``Refused`` for taking one's own administrator
    role or activity, or the last active administrator's.
    """
    _lock_administrators()
    keys = check_roles(roles)
    before = set(db.session.scalars(select(AccountRole.role_key).where(AccountRole.user_id == user_id)))
    if user_id == acting_user().id:
        if not active:
            raise Refused(_("You cannot deactivate yourself; another administrator can."), field="active")
        if ADMINISTRATOR in before and ADMINISTRATOR not in keys:
            raise Refused(
                _("You cannot take the administrator role from yourself; another administrator can."), field="roles"
            )
    values: dict[str, Any] = {
        "name": _checked_name(name),
        "department_id": _checked_department(department_id),
        "locale": locale if locale in LOCALES else None,
        "active": active,
    }
    old = (
        db.session.execute(select(*(getattr(Account, key) for key in values)).where(Account.id == user_id))
        .mappings()
        .one_or_none()
    )
    _change(user_id, version, **values)
    fields = [key for key, value in values.items() if old is not None and old[key] != value]
    if before != set(keys):
        db.session.execute(delete(AccountRole).where(AccountRole.user_id == user_id))
        _store_roles(user_id, keys)
        fields.append("roles")
    if ADMINISTRATOR in before:
        _keep_an_administrator()
    if not active:
        end_access(user_id)
    if fields:
        audit_record("user.change", "user", user_id, fields=fields, roles=keys)


def deactivate(user_id: int) -> None:
    """A person leaves: their sessions, links and half log-ins end at once; what they did stays theirs (ORG-01).

    Errors: ``NotFound``; ``Refused`` for oneself and for the last active administrator.
    """
    _lock_administrators()
    if user_id == acting_user().id:
        raise Refused(_("You cannot deactivate yourself; another administrator can."), field="active")
    _change(user_id, None, active=False)
    _keep_an_administrator()
    end_access(user_id)
    audit_record("user.deactivate", "user", user_id)


def end_access(user_id: int) -> None:
    """What somebody could still get in by."""
    revoke_sessions(user_id)
    end_links(user_id)


def set_preferences(user_id: int, *, locale: str | None, theme: str | None) -> None:
    """A person's own language and theme; None leaves both to the browser."""
    values = {"locale": locale if locale in LOCALES else None, "theme": theme if theme in THEMES else None}
    db.session.execute(update(Account).where(Account.id == user_id).values(**values))
    audit_record("user.preferences", "user", user_id, fields=list(values))


def change_own_password(user_id: int, old_hash: str, new_hash: str) -> None:
    """Store a new password if the old one still stands, and end every session of the person.

    Errors: ``Conflict`` when the password was changed meanwhile.
    """
    changed = update(Account).where(Account.id == user_id, Account.password_hash == old_hash, Account.active.is_(True))
    values = {"password_hash": new_hash, "must_change_password": False, "password_changed_at": clock.now()}
    if _rows(changed.values(**values)) == 0:
        raise Conflict(_("The password was changed meanwhile. Log in again."))
    revoke_sessions(user_id)
    audit_record("user.password", "user", user_id)


def reset_password(user_id: int, password_hash: str) -> None:
    """Give a person a one-time password: it must be changed at the next log-in, all sessions end, a lock is lifted."""
    store_password(user_id, password_hash, must_change=True)
    audit_record("user.password_reset", "user", user_id)


def store_password(user_id: int, password_hash: str, *, must_change: bool) -> None:
    """A new password from outside a session: all sessions and links end, a lock is lifted. Errors: ``NotFound``."""
    login = db.session.scalar(select(Account.login).where(Account.id == user_id))
    if login is None:
        raise NotFound(_("There is no such user."))
    values = {
        "password_hash": password_hash,
        "must_change_password": must_change,
        "password_changed_at": clock.now(),
    }
    _change(user_id, None, **values)
    revoke_sessions(user_id)
    end_links(user_id)
    forget_login(login)


def create_first_administrator(login: str) -> str:
    """Add the first administrator; returns the one-time password. Opens its own write transaction.

    Errors: ``Refused`` once there is, or ever was, an administrator: the first set-up closes for good.
    """
    password = new_password()
    hashed = hash_password(password)
    with writing():
        _lock_administrators()
        statement = select(AccountRole.user_id).where(AccountRole.role_key == ADMINISTRATOR).limit(1)
        if db.session.execute(statement).first() is not None:
            raise Refused(_("This installation has an administrator already; the first set-up is closed."))
        add_user(login, name=login, roles=[ADMINISTRATOR], password_hash=hashed)
    return password


def active_administrators() -> int:
    """How many people can administer the installation."""
    statement = (
        select(func.count())
        .select_from(AccountRole)
        .join(Account, Account.id == AccountRole.user_id)
        .where(AccountRole.role_key == ADMINISTRATOR, Account.active.is_(True))
    )
    return int(db.session.execute(statement).scalar_one())


def _taken(login: str) -> Refused:
    return Refused(_("The login “%(login)s” is in use; choose another one.", login=login), field="login")


def _lock_administrators() -> None:
    """Changes of who administers happen one after the other: two cannot each leave the other as the last."""
    db.session.execute(select(Role.key).where(Role.key == ADMINISTRATOR).with_for_update())


def _keep_an_administrator() -> None:
    if active_administrators() == 0:
        raise Refused(_("This is the last active administrator; give the role to somebody else first."), field="roles")


def _store_roles(user_id: int, keys: list[str]) -> None:
    if keys:
        db.session.execute(insert(AccountRole), [{"user_id": user_id, "role_key": key} for key in keys])


def _change(user_id: int, version: int | None, **values: Any) -> None:
    changed = update(Account).where(Account.id == user_id)
    if version is not None:
        changed = changed.where(Account.version == version)
    if _rows(changed.values(**values, version=Account.version + 1)) == 0:
        if db.session.scalar(select(Account.id).where(Account.id == user_id)) is None:
            raise NotFound(_("There is no such user."))
        raise Conflict(_("Somebody changed this user meanwhile. Look at the present values and repeat your change."))


def _rows(statement: Any) -> int:
    count = rows_reached(statement)
    db.session.expire_all()
    return count


def _checked_name(name: str) -> str:
    name = " ".join(name.replace("\0", " ").split())
    if not name or len(name) > 80:
        raise Refused(_("Give a name of 1 to 80 characters."), field="name")
    return name


def _checked_department(department_id: int | None) -> int | None:
    if department_id is not None and db.session.get(Department, department_id) is None:
        raise Refused(_("There is no such department."), field="department_id")
    return department_id


def active_people() -> list[tuple[int, str]]:
    """Id and name of everybody who may log in, by name."""
    statement = select(Account.id, Account.name).where(Account.active.is_(True)).order_by(Account.name, Account.id)
    return [(row.id, row.name) for row in db.session.execute(statement)]
