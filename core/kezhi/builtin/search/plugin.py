"""Search as a builtin: one box over what all apps keep, within what a person may see."""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Check, Job, Plugin, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs


class Search(Plugin):
    """Apps say which records people look for; this builtin keeps their tokens and finds them."""

    name = "search"
    title = _l("Search")
    summary = _l("One box for customers, numbers and pages: by code, any part of a name, pinyin or initials.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "search"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import KindState, Pending, Recent, Token

        return [Token, Pending, KindState, Recent]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import search_group

        return [search_group]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any, columns: Collection[str] | None) -> None:
        from .services import follow

        follow(model, change, keys, columns)

    @hookimpl
    def after_uninstall(self, plugin: str) -> None:
        from .services.following import forget_plugin

        forget_plugin(plugin)
