"""Protection at rest as a builtin: the key ring, rotation, deviations (CUS-11)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Check, Clause, Demo, Job, MenuItem, Permission, Plugin, SettingsForm, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs


class Protection(Plugin):
    """Keys with versions for what other apps encrypt; how much is under which of them; what is switched off and why."""

    name = "protection"
    title = _l("Protection")
    summary = _l("Encryption of files and fields at rest: keys with versions, their rotation, recorded deviations.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "shield-lock"

    def on_install(self) -> None:
        """Put down which keys this database is protected with."""
        from .ring import establish

        establish()

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Deviation, Hold, KeyVersion

        return [KeyVersion, Deviation, Hold]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        title = _l("See and manage the protection of data at rest")
        return [Permission("protection.manage", title, roles=("administrator",))]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Protection"), "protection.index", icon="shield-lock", group="system",
                permission="protection.manage", order=75,
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
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import ProtectionSettings

        return [ProtectionSettings]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def register_key_uses(self) -> list[Any]:
        """The rows are those of the apps, counted by the index key; they are renewed as rows with fields."""
        from . import services
        from .contributions import KeyUse
        from .ring import INDEX

        title = _l("Indexes of encrypted fields")
        return [KeyUse("protection.indexes", title, INDEX, services.count_indexes, lambda _version: 0)]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .backup_commands import backup_command
        from .commands import keys_command

        return [keys_command, backup_command]

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=35)]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()
