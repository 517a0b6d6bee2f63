"""Customer complaints: from the first call to the monthly report (CMP)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Column,
    Demo,
    Fact,
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


class Complaints(Plugin):
    """Every complaint has an owner, a clock, a fair judgement, an answer, and a cause that is removed."""

    name = "complaints"
    title = _l("Customer complaints")
    summary = _l("Complaints from the first call to the monthly report, with clocks, judgement and remedy.")
    depends = {
        "kezhi": ">=0.1", "accounts": ">=0.1", "approvals": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1",
        "files": ">=0.1", "lists": ">=0.1", "protection": ">=0.1", "tasks": ">=0.1",
    }  # fmt: skip
    extends = ("destruction", "documents", "handover", "search", "timeline")
    icon = "chat-left-text"
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models as own

        return [own.Entry, own.Complaint, own.Event, own.Correction, own.Feedback, own.Progress, own.PublicLink,
                own.PublicUse, own.ServiceLevel, own.Clock, own.ClockRun, own.Part, own.Investigation, own.Hearing,
                own.Help, own.Guidance, own.Remedy, own.Responsibility, own.CorrectiveAction,
                own.Satisfaction,
                own.Report, own.ReportRow, own.ReportUnit]  # fmt: skip

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .access import permissions
        from .report_access import report_permissions

        return [*permissions(), *report_permissions()]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .access import access
        from .report_access import report_access

        return [*access(), *report_access()]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        target = "customers_customer"
        said = ("complainant", "phone", "phone_key", "subject", "course", "against", "product", "reference")
        told = ("contact", "phone", "subject", "content", "told", "analysis")
        return [
            RecordLink("complaints_complaint", _l("Complaints"), target, personal=said),
            RecordLink("complaints_feedback", _l("Customer feedback"), target, personal=told),
        ]

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from kezhi.builtin.protection.services.resealing import SealedTable, key_use

        from . import models as own
        from .services.registering import keys_of

        def tables() -> list[SealedTable]:
            others = (own.Event, own.Correction, own.Feedback, own.Progress, own.Investigation, own.Hearing, own.Help,
                      own.Guidance, own.Remedy, own.CorrectiveAction, own.Satisfaction)  # fmt: skip
            return [SealedTable(own.Complaint.__table__, keys_of), *(SealedTable(model.__table__) for model in others)]

        return [key_use("complaints.fields", _l("Complaints, feedback and their history"), tables)]

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs

        return hand_overs()

    @hookimpl(optionalhook=True)
    def register_attachments(self) -> list[Any]:
        from .attachments import attachments

        return attachments()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .clock_telling import clock_notice_kinds
        from .report_telling import report_notice_kinds
        from .services.telling import notice_kinds as handling_kinds
        from .telling import notice_kinds

        return [*notice_kinds(), *handling_kinds(), *clock_notice_kinds(), *report_notice_kinds()]

    @hookimpl(optionalhook=True)
    def home_figures(self, user: User) -> list[Any]:
        from .home import figures

        return figures(user)

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import task_kinds
        from .feedback_duties import feedback_kind
        from .remedy_duties import remedy_task_kinds
        from .report_telling import report_task_kinds

        return [*task_kinds(), feedback_kind(), *remedy_task_kinds(), *report_task_kinds()]

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .services import remedy_approval, report_signing

        return [remedy_approval.subject_kind(), report_signing.subject_kind()]

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .report_document import document_kinds

        return document_kinds()

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[Any]:
        from .searching import search_kinds

        return search_kinds()

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .panels import sources

        return sources(record, user)

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from kezhi.builtin.customers.models import Customer

        from .columns import customer_columns

        return customer_columns() if model is Customer else []

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .panels import panels

        return panels(record, user)

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .panels import facts

        return facts(record, user)

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

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
        from .remedy_demo import make_remedies
        from .report_demo import make_reports

        return [Demo(make, order=50), Demo(make_remedies, order=55), Demo(make_clocks, order=60),
                Demo(make_reports, order=70)]  # fmt: skip

    @hookimpl
    def complaint_url(self, number: str) -> str:
        from .services.disputing import url_of

        return url_of(number)

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .menu import items

        return items()
