"""Files as a builtin: uploads checked and kept whole, attached to any record, downloaded by its access rule."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Access, Check, Demo, Job, Panel, Permission, Plugin, RecordLink, SettingsForm, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs
from .contributions import CUSTOMERS

#: whoever works with records works with their files; the records' own rights decide which
ROLES = (
    "salesperson", "account-manager", "order-clerk", "sales-supervisor", "sales-manager", "sales-director",
    "regional-representative", "regional-manager", "project-manager", "customer-service-agent",
    "customer-service-manager", "customer-information-officer", "customer-information-clerk", "marketing-planner",
    "marketing-supervisor", "finance", "inventory-control", "data-analyst", "technical-department", "materials-head",
    "department-manager", "deputy-general-manager", "general-manager",
)  # fmt: skip


class Files(Plugin):
    """Apps say which of their records files hang on; this builtin takes them in, keeps them and gives them out."""

    name = "files"
    title = _l("Files")
    summary = _l("Files attached to records: checked when uploaded, kept in versions, every download on record.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "protection": ">=0.1"}
    extends = ("timeline",)
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "paperclip"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Blob, BlobKey, File, Version

        return [Blob, BlobKey, File, Version]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("files.use", _l("Open and attach files of records"), roles=ROLES)]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import File, Version
        from .services.access import grants

        return [Access(File, File.id, grants, {Version: Version.file_id})]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import FilesSettings

        return [FilesSettings]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """Files go over with a merge; erasing a customer's data takes them away for good, whatever they hang on."""
        return [RecordLink("files_file", _l("Files"), CUSTOMERS, delete="delete", erase="delete")]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from ..protection.contributions import KeyUse
        from .services import keeping

        return [KeyUse("files.blobs", _l("Contents of files"), "files", keeping.count, keeping.renew)]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import files_command

        return [files_command]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=40)]

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import panels

        return panels(record, user)

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .timelines import sources

        return sources(record, user)

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any) -> None:
        from .jobs import follow

        follow(model, keys)

    @hookimpl
    def after_uninstall(self, plugin: str) -> None:
        from .services.changing import forget_plugin

        forget_plugin(plugin)

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
