"""Imports as a builtin: files checked before they are applied, with an answer for every row (CUS-08)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint
from sqlalchemy import ColumnElement

from kezhi import Access, Check, Clause, Job, MenuItem, Permission, Plugin, RecordLink, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs

CUSTOMERS = "customers_customer"


class Imports(Plugin):
    """Apps say which records can come from files; this builtin reads, checks, applies and exports them."""

    name = "imports"
    title = _l("Imports")
    summary = _l("Records from CSV and Excel files, checked row by row before they are written, and back to files.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "files": ">=0.1", "lists": ">=0.1", "protection": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "file-earmark-arrow-up"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Batch, ChosenColumns, Kept, Problem, Row

        return [Batch, Row, Problem, Kept, ChosenColumns]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .rules import ROLES

        return [Permission("imports.use", _l("Import files"), roles=ROLES)]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import Batch, Kept, Problem, Row
        from .rules import grants

        parts: dict[type, Any] = {Row: Row.batch_id, Problem: Problem.batch_id, Kept: Kept.batch_id}
        return [Access(Batch, Batch.id, grants, parts)]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """Former values of customers are erased and deleted with them."""
        return [RecordLink("imports_kept", _l("What imports replaced"), CUSTOMERS, delete="delete", erase="delete")]

    @hookimpl
    def row_limits(self, model: type, user: User) -> list[ColumnElement[bool]]:
        from .rules import limits

        return limits(model, user)

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from ..protection.services.resealing import key_use
        from .services.sealing import sealed_tables

        return [key_use("imports.staged", _l("Staged rows of imports"), sealed_tables)]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .services.background import jobs

        return jobs()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import export_command, import_command, revert_command

        return [import_command, export_command, revert_command]

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .services.kinds import permissions_of_kinds

        if not any(user.can(permission) for permission in permissions_of_kinds().values()):
            return []
        return [
            MenuItem(
                _l("Imports"),
                "imports.index",
                icon="file-earmark-arrow-up",
                group="system",
                permission="imports.use",
                order=20,
            )
        ]

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
