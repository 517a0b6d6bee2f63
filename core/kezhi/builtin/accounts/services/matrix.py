"""Who may do what, and why: roles by permissions, what the company changed, and one person's rights (ORG-01)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from kezhi import Permission, db, localised
from kezhi.tables import audit_entry

from ..models import ADMINISTRATOR, AccountRole, Role, RolePermission
from .loading import names_of_logins
from .roles import all_roles

HISTORY = 50  #: changes of a role that its page shows


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a role has a permission, and whether it would have it unless the company had decided otherwise."""

    granted: bool
    default: bool
    fixed: bool = False  #: the administrator has everything

    @property
    def changed(self) -> bool:
        return self.granted != self.default and not self.fixed


@dataclass(frozen=True, slots=True)
class Line:
    """A permission with a cell for each of the roles."""

    permission: Permission
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The permissions of one app."""

    plugin: str
    title: Any
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """A permission of a person: the roles that give it, and those from which the company took it."""

    permission: Permission
    by: tuple[tuple[str, bool], ...]  #: title of the role, and whether the company gave it to the role
    taken: tuple[str, ...]

    @property
    def granted(self) -> bool:
        return bool(self.by)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a role, as its page shows it."""

    at: datetime
    who: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    second_factor: bool | None = None


def matrix(
    *, plugin: str = "", role: str = "", text: str = "", only_changed: bool = False
) -> tuple[list[Role], list[Group]]:
    """The roles, and by app the permissions with a cell each; two statements. Filters narrow rows and columns."""
    roles = [each for each in all_roles() if role in ("", each.key)]
    changes = _changes([each.key for each in roles])
    words, groups = text.casefold(), dict[str, list[Line]]()
    for key, permission in _known().items():
        owner = key.partition(".")[0]
        if plugin not in ("", owner) or (words and words not in f"{permission.title} {key}".casefold()):
            continue
        cells = tuple(_cell(each.key, permission, changes) for each in roles)
        if not only_changed or any(cell.changed for cell in cells):
            groups.setdefault(owner, []).append(Line(permission, cells))
    titles = {name: each.title for name, each in current_app.extensions["kezhi"].plugins.items()}
    return roles, [Group(name, titles.get(name, name), tuple(lines)) for name, lines in groups.items()]


def rights_of(user_id: int) -> list[tuple[Any, list[Why]]]:
    """What a person may do and why, by app: each permission with the roles that give or would give it."""
    held = select(Role).join(AccountRole, AccountRole.role_key == Role.key).where(AccountRole.user_id == user_id)
    roles = list(db.session.scalars(held.order_by(Role.position, Role.key)))
    changes = _changes([each.key for each in roles])
    groups: dict[str, list[Why]] = {}
    for key, permission in _known().items():
        cells = [(localised(each.title), _cell(each.key, permission, changes)) for each in roles]
        by = tuple((title, cell.changed) for title, cell in cells if cell.granted)
        taken = tuple(title for title, cell in cells if cell.changed and not cell.granted)
        groups.setdefault(key.partition(".")[0], []).append(Why(permission, by, taken))
    titles = {name: each.title for name, each in current_app.extensions["kezhi"].plugins.items()}
    return [(titles.get(name, name), lines) for name, lines in groups.items()]


def history_of(role_key: str) -> list[Change]:
    """Who changed a role when, the newest first, from the audit log."""
    entry = audit_entry.c
    wanted = (entry.object_kind == "role", entry.object_id == role_key, entry.result == "done")
    statement = select(entry.at, entry.actor, entry.payload).where(*wanted).order_by(entry.seq.desc()).limit(HISTORY)
    rows = db.session.execute(statement).all()
    names = names_of_logins({row.actor for row in rows})
    return [_change(row, names.get(row.actor, row.actor)) for row in rows]


def _change(row: Any, who: str) -> Change:
    payload = json.loads(row.payload)
    added, removed = (_titles(payload.get(key, ())) for key in ("added", "removed"))
    return Change(datetime.fromisoformat(row.at), who, added, removed, payload.get("required"))


def _titles(keys: Iterable[str]) -> tuple[str, ...]:
    known = _known()
    return tuple(str(known[key].title) if key in known else key for key in keys)


def _cell(role_key: str, permission: Permission, changes: Mapping[tuple[str, str], bool]) -> Cell:
    default = role_key in permission.roles
    if role_key == ADMINISTRATOR:
        return Cell(True, default, fixed=True)
    return Cell(changes.get((role_key, permission.key), default), default)


def _changes(roles: Collection[str]) -> dict[tuple[str, str], bool]:
    """What the company decided about these roles."""
    table = RolePermission
    rows = db.session.execute(
        select(table.role_key, table.permission, table.granted).where(table.role_key.in_(list(roles)))
    )
    return {(row.role_key, row.permission): row.granted for row in rows}


def _known() -> Mapping[str, Permission]:
    known: Mapping[str, Permission] = current_app.extensions["kezhi"].permissions
    return known
