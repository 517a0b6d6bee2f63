"""Customer complaints: from the first call to the monthly report (CMP)."""

from __future__ import annotations

from typing import Any

import click
from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Demo,
    Job,
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
        "kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1", "lists": ">=0.1",
        "protection": ">=0.1",
    }  # fmt: skip
    extends = ("approvals", "documents", "files", "tasks")
    icon = "chat-left-text"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Clock, ClockRun, Complaint, Entry, Event, ServiceLevel

        return [Entry, Complaint, Event, ServiceLevel, Clock, ClockRun]

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

        from .models import Complaint, Event

        def tables() -> list[SealedTable]:
            return [SealedTable(Complaint.__table__), SealedTable(Event.__table__)]

        return [key_use("complaints.fields", _l("Complaints and their history"), tables)]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import ComplaintsSettings

        return [ComplaintsSettings]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import commands

        return commands()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .clock_duties import task_kinds

        return task_kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .clock_duties import notice_kinds

        return notice_kinds()

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
        from .clock_demo import make_clocks
        from .demo import make

        return [Demo(make, order=50), Demo(make_clocks, order=60)]

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
            ),
            MenuItem(
                _l("Service levels"),
                "complaints.levels",
                icon="stopwatch",
                group="service",
                permission="complaints.read",
                order=40,
            ),
        ]
