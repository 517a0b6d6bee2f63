"""Roles, and what they permit: the defaults of each permission, changed by the company's own rows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import delete, insert, select, update

from kezhi import Conflict, NotFound, Permission, Refused, audit_record, db
from kezhi.i18n import gettext as _

from ..models import ADMINISTRATOR, Role, RolePermission


def shipped_roles() -> dict[str, dict[str, str]]:
    """The roles of ``roles.toml``: {key: {"zh", "en"}}, in their order."""
    path = Path(__file__).parent.parent / "roles.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def install_roles() -> None:
    """Store the shipped roles that are not there yet."""
    known = set(db.session.scalars(select(Role.key)))
    rows = [
        {"key": key, "title": title, "shipped": True, "position": position}
        for position, (key, title) in enumerate(shipped_roles().items(), start=1)
        if key not in known
    ]
    if rows:
        db.session.execute(insert(Role), rows)


def all_roles() -> list[Role]:
    """Every role, in the order of lists."""
    return list(db.session.scalars(select(Role).order_by(Role.position, Role.key)))


def check_roles(keys: Iterable[str]) -> list[str]:
    """The keys, each once, in the order of lists. Errors: ``Refused`` naming what is unknown and what there is."""
    wanted = set(keys)
    known = [role.key for role in all_roles()]
    unknown = sorted(wanted - set(known))
    if unknown:
        raise Refused(
            _(
                "There is no role “%(role)s”; the roles are: %(roles)s.",
                role=", ".join(unknown),
                roles=", ".join(known),
            ),
            field="roles",
        )
    return [key for key in known if key in wanted]


def effective(
    roles: Iterable[str], changes: Mapping[tuple[str, str], bool], known: Mapping[str, Permission]
) -> frozenset[str]:
    """The permissions that ``roles`` have together: each role's defaults, plus and minus the company's changes."""
    return frozenset(
        key
        for key, permission in known.items()
        if any(changes.get((role, key), role in permission.roles) for role in roles)
    )


def set_permission(role_key: str, permission: str, granted: bool) -> None:
    """Decide whether a role has a permission. Errors: ``NotFound``; ``Refused`` for the administrator."""
    present = role_permissions(role_key)
    set_permissions(role_key, present | {permission} if granted else present - {permission})


def set_permissions(role_key: str, wanted: Iterable[str]) -> None:
    """Decide what a role permits. Rows are kept only where that departs from the defaults; those of permissions whose
    app is disabled stay as they are."""
    known: Mapping[str, Permission] = current_app.extensions["kezhi"].permissions
    if role_key == ADMINISTRATOR:
        raise Refused(_("The administrator has every permission; this cannot be changed."))
    wanted = frozenset(wanted)
    if db.session.get(Role, role_key) is None or not wanted <= set(known):
        raise NotFound(_("There is no such role or permission."))
    before = role_permissions(role_key)
    table = RolePermission
    db.session.execute(delete(table).where(table.role_key == role_key, table.permission.in_(known)))
    rows = [
        {"role_key": role_key, "permission": key, "granted": key in wanted}
        for key, permission in known.items()
        if (key in wanted) != (role_key in permission.roles)
    ]
    if rows:
        db.session.execute(insert(table), rows)
    if before != wanted:
        audit_record("role.change", "role", role_key, added=sorted(wanted - before), removed=sorted(before - wanted))


def change_role(role_key: str, version: int, wanted: Iterable[str], *, second_factor: bool) -> None:
    """Everything that the page of a role changes, in one go.

    Errors: ``Conflict`` when somebody changed the role meanwhile; ``NotFound``; nothing is stored then.
    """
    before = db.session.execute(select(Role.second_factor).where(Role.key == role_key)).one_or_none()
    if before is None:
        raise NotFound(_("There is no such role or permission."))
    same = update(Role).where(Role.key == role_key, Role.version == version)
    changed = same.values(version=Role.version + 1, second_factor=second_factor)
    result: Any = db.session.execute(changed.execution_options(synchronize_session=False))
    db.session.expire_all()
    if result.rowcount == 0:
        raise Conflict(
            _("Somebody changed this role meanwhile. Look at the present permissions and repeat your change.")
        )
    if role_key != ADMINISTRATOR:
        set_permissions(role_key, wanted)
    if before.second_factor != second_factor:
        audit_record("role.second_factor", "role", role_key, required=second_factor)


def role_permissions(role_key: str) -> frozenset[str]:
    """What a role permits now."""
    known: Mapping[str, Permission] = current_app.extensions["kezhi"].permissions
    table = RolePermission
    rows = db.session.execute(select(table.permission, table.granted).where(table.role_key == role_key))
    return effective([role_key], {(role_key, row.permission): row.granted for row in rows}, known)


def forget_permissions(plugin: str) -> None:
    """Forget what the company decided about the permissions of an app that is uninstalled."""
    own = RolePermission.permission.startswith(f"{plugin}.", autoescape=True)
    db.session.execute(delete(RolePermission).where(own), execution_options={"synchronize_session": False})


def role_titles() -> dict[str, Any]:
    """The titles of all roles by key, in the order of lists."""
    return {role.key: role.title for role in all_roles()}
