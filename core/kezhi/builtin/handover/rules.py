"""Who hands over, and who sees what was handed over: the list of a hand-over, and in it one's own part."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import ALL, Access, Permission, User
from kezhi import lazy_gettext as _l

from .models import Item, Run

CARRY_OUT, SEE = "handover.carry_out", "handover.see"


def permissions() -> list[Permission]:
    """The rights of this builtin."""
    from ..accounts.services.roles import shipped_roles

    return [
        Permission(CARRY_OUT, _l("Hand over everything of a person"), roles=()),
        Permission(SEE, _l("See what was handed over to oneself"), roles=tuple(shipped_roles())),
    ]


def access() -> list[Access]:
    """Hand-overs in which one got something; who hands over sees all."""
    key: Any = Run.id
    child: Any = Item.run_id
    return [Access(Run, key, grants, {Item: child})]


def grants(user: User) -> Any:
    """The selects name the table and not the class: the net over all statements must not narrow them once more."""
    if user.can(CARRY_OUT):
        return ALL
    item = Item.__table__.c
    return [select(item.run_id).where(item.to_id == user.id)]
