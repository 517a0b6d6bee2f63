"""Duties as a builtin: what is due, to whom it goes up when it is late, and the first page (TSK-01)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Demo,
    Job,
    MenuItem,
    Panel,
    Permission,
    Plugin,
    RecordLink,
    SettingsForm,
    User,
    hookimpl,
)
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs
from .contributions import CUSTOMERS, NoticeKind, TaskKind
from .roles import MANAGERS, every_role


class Tasks(Plugin):
    """What the policies oblige people to do becomes a task with a due date, an owner and a link."""

    name = "tasks"
    title = _l("Tasks")
    summary = _l(
        "What everybody has to do by when; overdue tasks go up to the managers. The first page shows one's own."
    )
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1"}
    extends = ("handover",)
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "check2-square"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Escalation, Mail, MailChoice, Notice, Recipient, Task

        return [Task, Escalation, Notice, Mail, Recipient, MailChoice]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("tasks.use", _l("Have tasks, and enter some"), roles=every_role()),
            Permission("tasks.see_department", _l("See the tasks of the own departments"), roles=MANAGERS),
            Permission("tasks.assign", _l("Give tasks to the people of the own departments"), roles=MANAGERS),
            Permission(
                "tasks.see_all", _l("See the tasks of everybody"), roles=("general-manager", "deputy-general-manager")
            ),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .rules import access

        return access()

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """Tasks about a customer go over with it; erasing takes away what they say of it, not that there were some."""
        return [
            RecordLink(
                "tasks_task",
                _l("Tasks"),
                CUSTOMERS,
                delete="delete",
                personal=("subject", "reason"),
                hand_over="owner_id",
            ),
            RecordLink("tasks_notice", _l("Notices"), CUSTOMERS, delete="delete", erase="delete"),
        ]

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[TaskKind]:
        from .todo import kinds

        return kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[NoticeKind]:
        from .telling import kinds

        return kinds()

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import TaskSettings

        return [TaskSettings]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .services import open_count

        return [
            MenuItem(
                _l("Today's duties"), "tasks.home", icon="calendar-check", group="work", order=0, count=open_count
            ),
            MenuItem(
                _l("My tasks"), "tasks.mine", icon="check2-square", group="work", permission="tasks.use", order=10
            ),
        ]

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import customer_panels

        return customer_panels(record, user)

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import tasks_command

        return [tasks_command]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=55)]

    @hookimpl
    def after_uninstall(self, plugin: str) -> None:
        from .services import forget_plugin

        forget_plugin(plugin)

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs

        return hand_overs()
