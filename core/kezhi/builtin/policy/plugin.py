"""The policy board as a builtin: which clauses are kept, and what shows it (PER-01)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Clause, Demo, Job, MenuItem, Permission, Plugin, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs

READERS = (
    "customer-service-manager", "customer-information-officer", "sales-director", "deputy-general-manager",
    "general-manager",
)  # fmt: skip


class Policy(Plugin):
    """Apps say what counts as kept and what shows it; this builtin asks, shows and records it."""

    name = "policy"
    title = _l("Policy board")
    summary = _l("Every clause of the policies with its latest evidence: kept, due, overdue or not applicable.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1", "lists": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    extends = ("tasks",)
    essential = True
    icon = "clipboard2-check"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Exemption, Stretch

        return [Exemption, Stretch]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("policy.read", _l("See the policy board"), READERS),
            Permission("policy.exempt", _l("Say that a clause does not apply to the company"), ("general-manager",)),
        ]

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        return [Clause("PER-01", _l("Every clause is on the policy board with its evidence and state"), ours=True)]

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .own_evidence import evidence

        return evidence()

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import policy_command

        return [policy_command]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import kinds

        return kinds()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .duties import count

        return [
            MenuItem(
                _l("Policy board"), "policy.index", icon="clipboard2-check", group="control", permission="policy.read",
                order=10, count=count,
            )
        ]  # fmt: skip

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=95)]

    @hookimpl
    def after_uninstall(self, plugin: str) -> None:
        from .services import forget_plugin

        forget_plugin(plugin)
