"""The working calendar as a builtin: when work is done, and by when something is due (TSK-03)."""

from __future__ import annotations

from typing import Any

import click
from flask import Blueprint

from kezhi import Check, Clause, Demo, MenuItem, Permission, Plugin, SettingsForm, User, hookimpl
from kezhi import lazy_gettext as _l


class Calendar(Plugin):
    """Hours of the week, public holidays with make-up workdays, and the company's own exceptions."""

    name = "calendar"
    title = _l("Working calendar")
    summary = _l("When work is done: hours, public holidays with make-up workdays, exceptions. Due times follow it.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    essential = True
    icon = "calendar3"

    def on_install(self) -> None:
        """Store the company's calendar."""
        from .services import install

        install()

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models

        return [models.Calendar, models.ExceptionalDay, models.DepartmentCalendar, models.CompletedYear]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("calendar.manage", _l("Keep the working calendar"), roles=("department-manager",))]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import CalendarSettings

        return [CalendarSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Working calendar"), "calendar.index", icon="calendar3", group="system",
                permission="calendar.manage", order=60,
            )
        ]  # fmt: skip

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
        from .commands import calendar_command

        return [calendar_command]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=15)]
