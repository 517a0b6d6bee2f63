"""Timelines as a builtin: what happened to a record, from several sources, and notes with mentions (CUS-05)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Access, Check, Demo, MenuItem, Permission, Plugin, RecordLink, SettingsForm, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs
from .contributions import CUSTOMERS

#: whoever works with records writes notes on them; the records' own rights decide which
ROLES = (
    "salesperson", "account-manager", "order-clerk", "sales-supervisor", "sales-manager", "sales-director",
    "regional-representative", "regional-manager", "project-manager", "customer-service-agent",
    "customer-service-manager", "customer-information-officer", "customer-information-clerk", "marketing-planner",
    "marketing-supervisor", "finance", "inventory-control", "data-analyst", "technical-department", "materials-head",
    "department-manager", "deputy-general-manager", "general-manager",
)  # fmt: skip


class TimelineApp(Plugin):
    """Apps say which of their records have a timeline, and what they add to those of others."""

    name = "timeline"
    title = _l("Timeline")
    summary = _l("What happened to a record, from all apps, with notes in which colleagues can be mentioned.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    extends = ("tasks",)
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "chat-left-text"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Mention, Note

        return [Note, Mention]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("timeline.use", _l("Read and write notes on records"), roles=ROLES)]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import Mention, Note
        from .services.access import grants

        return [Access(Note, Note.id, grants, {Mention: Mention.note_id})]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import TimelineSettings

        return [TimelineSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .services import unread

        return [
            MenuItem(
                _l("Mentions of me"),
                "timeline.mentions",
                icon="at",
                group="work",
                permission="timeline.use",
                order=40,
                count=unread,
            )
        ]

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .services.telling import kinds

        return kinds()

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """Notes go over with a merge; erasing a customer's data takes them away for good, whatever they hang on."""
        return [RecordLink("timeline_note", _l("Notes"), CUSTOMERS, delete="delete", erase="delete")]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import notes_command

        return [notes_command]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=50)]

    @hookimpl
    def after_uninstall(self, plugin: str) -> None:
        from .services import forget_plugin

        forget_plugin(plugin)
