"""The Apps page as a builtin: which apps are installed, enabled, broken."""

from __future__ import annotations

from typing import Any

import click
from flask import Blueprint

from kezhi import Check, Job, MenuItem, Permission, Plugin, User, hookimpl
from kezhi import lazy_gettext as _l


class Apps(Plugin):
    """Enable and disable apps from the browser."""

    name = "apps"
    title = _l("Apps")
    summary = _l("Enable and disable apps; see why one does not run.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    essential = True
    icon = "grid"

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("apps.manage", _l("Enable and disable apps"), roles=("administrator",))]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .clause_commands import clauses_command
        from .commands import doctor, plugin_group
        from .job_commands import job_group
        from .settings_commands import settings_group

        return [plugin_group, job_group, settings_group, doctor, clauses_command]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .telling import kinds

        return kinds()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .jobs import checks

        return checks()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        manage = "apps.manage"
        return [
            MenuItem(_l("Apps"), "apps.index", icon="grid", group="system", permission=manage, order=80),
            MenuItem(
                _l("Jobs"),
                "apps.jobs",
                icon="clock-history",
                group="system",
                permission=manage,
                order=85,
                under="apps.index",
            ),
            MenuItem(_l("Settings"), "apps.settings_index", icon="gear", group="system", permission=manage, order=90),
        ]

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
