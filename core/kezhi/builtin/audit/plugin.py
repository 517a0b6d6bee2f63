"""The audit log as a builtin: read it, search it, verify it, anchor it."""

from __future__ import annotations

import click
from flask import Blueprint

from kezhi import Check, Job, MenuItem, Permission, Plugin, User, hookimpl
from kezhi import lazy_gettext as _l


class Audit(Plugin):
    """What took effect and what was refused, for who answers for the system. The chain itself is the kernel's."""

    name = "audit"
    title = _l("Audit log")
    summary = _l("Who did what and when, in a chain in which every change is found; verified daily.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    essential = True
    icon = "journal-check"

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("audit.read", _l("Read and export the audit log"), roles=("administrator", "general-manager"))
        ]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import audit_command

        return [audit_command]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .jobs import checks

        return checks()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        log = MenuItem(
            _l("Audit log"), "audit.index", icon="journal-check", group="system", permission="audit.read", order=70
        )
        return [log]
