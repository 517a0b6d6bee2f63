"""Hand-over as a builtin: everything of a person goes to others, in one action (ORG-01)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Access, Clause, Demo, MenuItem, Panel, Permission, Plugin, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs
from .contributions import HandOver


class Handover(Plugin):
    """What somebody who leaves or changes over has, and who takes it over."""

    name = "handover"
    title = _l("Hand-over")
    summary = _l("Customers, tasks and signatures of a person go to others in one action; the list is kept.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "box-arrow-right"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Item, Run

        return [Run, Item]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .rules import permissions

        return permissions()

    @hookimpl
    def register_access(self) -> list[Access]:
        from .rules import access

        return access()

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[HandOver]:
        from .departments import parts

        return parts()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import handover

        return [handover]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .rules import SEE

        return [
            MenuItem(
                _l("Hand-overs"), "handover.index", icon="box-arrow-right", group="system", permission=SEE, order=15
            )
        ]

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import panels

        return panels(record, user)

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=62)]

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .telling import kinds

        return kinds()
