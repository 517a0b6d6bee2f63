"""Retirement and destruction as a builtin: proposed, signed by three people, carried out without a trace (CUS-10)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

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


class Destruction(Plugin):
    """Customer data that nobody needs any longer goes for good when three people have signed for it."""

    name = "destruction"
    title = _l("Destruction of files")
    summary = _l("Customer files that are no longer needed are destroyed for good after three signatures.")
    depends = {
        "kezhi": ">=0.1",
        "accounts": ">=0.1",
        "approvals": ">=0.1",
        "customers": ">=0.1",
        "documents": ">=0.1",
        "files": ">=0.1",
    }
    extends = ("lists", "policy")
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "trash3"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Item, Proposal

        return [Proposal, Item]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .rules import permissions

        return permissions()

    @hookimpl
    def register_access(self) -> list[Access]:
        from .rules import access

        return access()

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """The register outlives the files that it tells of; it holds their ids and codes only."""
        from .services.places import TARGET

        return [
            RecordLink("destruction_item", _l("Proposals of destruction"), TARGET, delete="keep", erase="keep",
                       merge="keep")
        ]  # fmt: skip

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import DestructionSettings

        return [DestructionSettings]

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .services import subject_kind

        return [subject_kind()]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .services import JOB, run

        return [Job(JOB, _l("Destroy what was signed"), run, attempts=20)]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .rules import READ

        return [
            MenuItem(
                _l("Destruction of files"), "destruction.index", icon="trash3", group="control", permission=READ,
                order=55,
            )
        ]  # fmt: skip

    @hookimpl(optionalhook=True)
    def list_actions(self, model: type) -> list[Any]:
        from .pages import actions

        return actions(model)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import customer_panels

        return customer_panels(record, user)

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .documents import document_kinds

        return document_kinds()

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .clauses import evidence

        return evidence()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=58)]
