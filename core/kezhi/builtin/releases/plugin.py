"""Data requests and external releases as a builtin: one department gives out customer data (CUS-09)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Demo,
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

CUSTOMERS = "customers_customer"


class Releases(Plugin):
    """Customer data is given out by the department that holds it, upon a signed request; what leaves is registered."""

    name = "releases"
    title = _l("Data requests")
    summary = _l(
        "Customer data is given out by its holder upon a signed request; what leaves the company is registered."
    )
    depends = {
        "kezhi": ">=0.1", "accounts": ">=0.1", "approvals": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1",
        "documents": ">=0.1", "files": ">=0.1", "lists": ">=0.1", "protection": ">=0.1", "tasks": ">=0.1",
    }  # fmt: skip
    extends = ("timeline", "policy", "destruction", "search", "handover")
    essential = True
    icon = "file-earmark-person"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Answer, DataRequest, Release, ReleaseLine, RequestLine

        return [DataRequest, RequestLine, Answer, Release, ReleaseLine]

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
        """What was asked for and what left outlives the file, as codes; a release keeps it from being deleted."""
        return [
            RecordLink("releases_request_line", _l("Data requests"), CUSTOMERS, delete="keep", erase="keep"),
            RecordLink("releases_release_line", _l("External releases"), CUSTOMERS, delete="block", erase="keep"),
        ]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import ReleaseSettings

        return [ReleaseSettings]

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .services import subject_kind

        return [subject_kind()]

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from ..protection.services.resealing import SealedTable, key_use
        from .models import Answer, Release

        def tables() -> list[SealedTable]:
            return [SealedTable(Answer.__table__), SealedTable(Release.__table__)]

        return [key_use("releases.fields", _l("Answers to data requests and external releases"), tables)]

    @hookimpl(optionalhook=True)
    def register_attachments(self) -> list[Any]:
        from .attachments import attachments

        return attachments()

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import task_kinds

        return task_kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .services.telling import notice_kinds

        return notice_kinds()

    @hookimpl(optionalhook=True)
    def list_actions(self, model: type) -> list[Any]:
        from .pages import actions

        return actions(model)

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .timelines import sources

        return sources(record, user)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import customer_panels

        return customer_panels(record, user)

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .rules import ASK, REGISTER

        return [
            MenuItem(_l("Data requests"), "releases.index", icon="file-earmark-person", group="customers",
                     permission=ASK, order=40),
            MenuItem(_l("External releases"), "releases.register", icon="box-arrow-up-right", group="control",
                     permission=REGISTER, order=50),
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
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[Any]:
        from .searching import search_kinds

        return search_kinds()

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs

        return hand_overs()

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=60)]
