"""Documents as a builtin: what leaves the house is made from records, numbered, and kept as issued (CUS-15)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Access, Check, Clause, MenuItem, Permission, Plugin, RecordLink, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs
from .contributions import CUSTOMERS

READERS = (
    "salesperson", "account-manager", "order-clerk", "sales-supervisor", "sales-manager", "sales-director",
    "regional-representative", "regional-manager", "project-manager", "customer-service-agent",
    "customer-service-manager", "customer-information-officer", "customer-information-clerk", "marketing-planner",
    "marketing-supervisor", "finance", "data-analyst", "department-manager", "deputy-general-manager",
    "general-manager",
)  # fmt: skip


class Documents(Plugin):
    """Apps say what can be made of their records; this builtin renders, numbers, keeps and lists it."""

    name = "documents"
    title = _l("Documents")
    summary = _l("Documents made from records on the company's letterhead: numbered, and kept as issued.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "files": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "file-earmark-text"

    def on_install(self) -> None:
        """The letterhead, empty: the company's name stands on documents until more is said."""
        from .services.seed import seed

        seed()

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Issue, Letterhead

        return [Issue, Letterhead]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        exporters = ("customer-information-officer", "data-analyst", "deputy-general-manager", "general-manager")
        return [
            Permission("documents.read", _l("See the register of issued documents"), READERS),
            Permission("documents.export", _l("Export the register of issued documents"), exporters),
            Permission("documents.manage", _l("Set up the letterhead"), ("customer-information-officer",)),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import Issue
        from .services.kinds import grants

        return [Access(Issue, Issue.id, grants)]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """An issued document keeps its customer from being deleted; erasing takes all but its number."""
        return [
            RecordLink("documents_issue", _l("Issued documents"), CUSTOMERS, delete="block", erase="blank",
                       personal=("subject",))
        ]  # fmt: skip

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import documents_command

        return [documents_command]

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        return [Clause("CUS-15", _l("Customer card and reports kept as issued"))]

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
        return [
            MenuItem(
                _l("Issued documents"), "documents.index", icon="file-earmark-text", group="control",
                permission="documents.read", order=60,
            ),
            MenuItem(
                _l("Letterhead"), "documents.letterhead", icon="card-heading", group="system",
                permission="documents.manage", order=60,
            ),
        ]  # fmt: skip

    @hookimpl(optionalhook=True)
    def register_attachments(self) -> list[Any]:
        from .attachments import attachments

        return attachments()

    @hookimpl(optionalhook=True)
    def guard_download(self, file: Any, version: Any, user: User) -> list[Any]:
        from .attachments import guard

        return guard(file, version)
