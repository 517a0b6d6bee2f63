"""People as a builtin: who may log in, what they may do, and which department they belong to (ORG-01, ORG-02)."""

from __future__ import annotations

from typing import Any

import click
from flask import Blueprint

from kezhi import Check, Clause, Demo, Job, MenuItem, Permission, Plugin, SettingsForm, User, hookimpl
from kezhi import lazy_gettext as _l


class Accounts(Plugin):
    """Log-in, people, departments and roles."""

    name = "accounts"
    title = _l("People")
    summary = _l("Who may log in, in which department they work, and what their roles permit.")
    depends = {"kezhi": ">=0.1"}
    essential = True
    icon = "people"

    def on_install(self) -> None:
        """Store the roles that the policies name."""
        from .services import install_roles

        install_roles()

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models

        return [
            models.Department,
            models.DepartmentClosure,
            models.Account,
            models.Role,
            models.AccountRole,
            models.RolePermission,
            models.Attempt,
            models.Factor,
            models.RecoveryCode,
            models.HalfLogIn,
            models.PasswordLink,
        ]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("accounts.manage", _l("Manage people, departments and roles"), roles=("administrator",))]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import user_group

        return [user_group()]

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .services.mailing import notice_kinds

        return notice_kinds()

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def after_uninstall(self, plugin: str) -> None:
        from .services.roles import forget_permissions

        forget_permissions(plugin)

    @hookimpl
    def load_user(self, user_id: int) -> User | None:
        from .services import user_by_id

        return user_by_id(user_id)

    @hookimpl
    def user_by_login(self, login: str) -> User | None:
        from .services import user_named

        return user_named(login)

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import LogInSettings

        return [LogInSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        manage = "accounts.manage"
        return [
            MenuItem(_l("Users"), "accounts.users", icon="people", group="system", permission=manage, order=10),
            MenuItem(
                _l("Departments"),
                "accounts.departments",
                icon="diagram-3",
                group="system",
                permission=manage,
                order=11,
                under="accounts.users",
            ),
            MenuItem(
                _l("Roles"),
                "accounts.roles",
                icon="person-badge",
                group="system",
                permission=manage,
                order=12,
                under="accounts.users",
            ),
        ]

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from .sealing import key_use

        return [key_use()]

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=10)]
