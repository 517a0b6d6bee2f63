"""Customer complaints: from the first call to the monthly report (CMP)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Demo,
    MenuItem,
    Permission,
    Plugin,
    RecordLink,
    SettingsForm,
    User,
    hookimpl,
)
from kezhi import lazy_gettext as _l


class Complaints(Plugin):
    """Every complaint has an owner, a clock, a fair judgement, an answer, and a cause that is removed."""

    name = "complaints"
    title = _l("Customer complaints")
    summary = _l("Complaints from the first call to the monthly report, with clocks, judgement and remedy.")
    depends = {
        "kezhi": ">=0.1", "accounts": ">=0.1", "approvals": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1",
        "files": ">=0.1", "lists": ">=0.1", "protection": ">=0.1", "tasks": ">=0.1",
    }  # fmt: skip
    extends = ("documents", "handover", "destruction")
    icon = "chat-left-text"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Complaint, Entry, Event, Guidance, Hearing, Help, Investigation, Part

        return [Entry, Complaint, Event, Part, Investigation, Hearing, Help, Guidance]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .access import permissions

        return permissions()

    @hookimpl
    def register_access(self) -> list[Access]:
        from .access import access

        return access()

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        personal = ("complainant", "phone", "phone_key", "course")
        return [RecordLink("complaints_complaint", _l("Complaints"), "customers_customer", personal=personal)]

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from kezhi.builtin.protection.services.resealing import SealedTable, key_use

        from .models import Complaint, Event, Guidance, Hearing, Help, Investigation

        def tables() -> list[SealedTable]:
            models = (Complaint, Event, Investigation, Hearing, Help, Guidance)
            return [SealedTable(model.__table__) for model in models]

        return [key_use("complaints.fields", _l("Complaints and their history"), tables)]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import ComplaintSettings

        return [ComplaintSettings]

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import task_kinds

        return task_kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .services.telling import notice_kinds

        return notice_kinds()

    @hookimpl(optionalhook=True)
    def register_attachments(self) -> list[Any]:
        from .attachments import attachments

        return attachments()

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs

        return hand_overs()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=50)]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Complaints"),
                "complaints.index",
                icon="chat-left-text",
                group="service",
                permission="complaints.read",
                order=10,
            )
        ]
