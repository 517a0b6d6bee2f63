"""Grading: schemes, runs, signatures, grades in force and their reasons (GRD)."""

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
from kezhi.builtin.approvals.contributions import SubjectKind
from kezhi.builtin.customers.contributions import FormPart

from . import hookspecs as own_hookspecs

READERS = (
    "salesperson", "account-manager", "order-clerk", "sales-supervisor", "sales-manager", "sales-director",
    "regional-representative", "regional-manager", "project-manager", "customer-service-agent",
    "customer-service-manager", "customer-information-officer", "customer-information-clerk", "marketing-planner",
    "marketing-supervisor", "finance", "inventory-control", "data-analyst", "technical-department",
    "materials-head", "department-manager", "deputy-general-manager", "general-manager",
)  # fmt: skip
RUNNERS = ("data-analyst", "sales-manager")
NOTIFIERS = ("salesperson", "sales-supervisor", "sales-manager", "sales-director")
ISSUERS = (*RUNNERS, "sales-director", "customer-information-officer", "general-manager")


class Grading(Plugin):
    """Customers are graded by the company's schemes; two people sign; every grade says why."""

    name = "grading"
    title = _l("Grading")
    summary = _l("Grades customers by the company's schemes, has them signed, and says why for each.")
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "approvals": ">=0.1", "calendar": ">=0.1"}
    extends = ("trade", "documents", "tasks", "destruction")
    icon = "award"
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs

    def on_install(self) -> None:
        """Keep the shipped schemes as version 1."""
        from .services import seed

        seed()

    def on_upgrade(self, old: str) -> None:
        """Keep the schemes that were not shipped before."""
        self.on_install()

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import CurrentGrade, CustomerNotice, EvidenceRow, FirstGrade, Result, Run, SchemeVersion

        return [SchemeVersion, Run, Result, EvidenceRow, CurrentGrade, CustomerNotice, FirstGrade]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("grading.read", _l("See grades and their reasons"), READERS),
            Permission("grading.run", _l("Compute grading runs"), RUNNERS),
            Permission("grading.submit", _l("Put grading runs up for approval"), RUNNERS),
            Permission("grading.schemes", _l("Make and change grading schemes"), (*RUNNERS, "sales-director")),
            Permission("grading.notify", _l("Write notices to customers and mark them as sent"), NOTIFIERS),
            Permission("grading.documents", _l("Issue assessment sheets and lists of important customers"), ISSUERS),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import CurrentGrade, CustomerNotice, EvidenceRow, FirstGrade, Result
        from .services.queries import of_visible_customers

        models: tuple[Any, ...] = (Result, EvidenceRow, CurrentGrade, CustomerNotice, FirstGrade)
        return [Access(model, model.customer_id, of_visible_customers) for model in models]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """Grades in force and notices follow the customer; signed results and evidence stay as they were signed."""
        target = "customers_customer"
        return [
            RecordLink("grading_current", _l("Grades in force"), target, delete="delete", erase="keep",
                       merge="keep_one", unique=("scheme_key",)),
            RecordLink("grading_first", _l("First classification"), target, delete="delete", erase="keep",
                       merge="keep_one"),
            RecordLink("grading_notice", _l("Notices to customers"), target, delete="delete", erase="keep",
                       merge="keep_one", unique=("run_id",)),
            RecordLink("grading_result", _l("Results of runs"), target, delete="keep", erase="keep", merge="keep"),
            RecordLink("grading_evidence", _l("Evidence of runs"), target, delete="keep", erase="keep", merge="keep"),
        ]  # fmt: skip

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import GradingSettings

        return [GradingSettings]

    @hookimpl
    def customer_form_parts(self, customer_id: int | None, user: User) -> list[FormPart]:
        from .first import parts

        return parts(customer_id, user)

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any) -> None:
        from kezhi.builtin.customers.models import Customer

        if model is Customer and change == "update":
            from .first import put_in_force

            put_in_force(keys)

    @hookimpl
    def customer_service_tiers(self) -> Any:
        from .tiers import service_tiers

        return service_tiers()

    @hookimpl
    def customer_score_cards(self) -> list[Any]:
        from .score_cards import score_cards

        return score_cards()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import commands

        return commands()

    @hookimpl
    def approval_subjects(self) -> list[SubjectKind]:
        from .services.approval import subject_kind

        return [subject_kind()]

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import kinds

        return kinds()

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .documents import document_kinds

        return document_kinds()

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[Any]:
        from .searching import run_kind, scheme_kind

        return [scheme_kind(), run_kind()]

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from kezhi.builtin.customers.models import Customer

        from .columns import customer_columns

        return customer_columns() if model is Customer else []

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Customer grading"), "grading.index", icon="award", group="customers", permission="grading.read",
                order=20,
            )
        ]  # fmt: skip

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .panels import customer_panels

        return customer_panels(record, user)

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .panels import customer_facts

        return customer_facts(record, user)

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .panels import timeline_sources

        return timeline_sources(record, user)

    @hookimpl(optionalhook=True)
    def card_figures(self) -> list[Any]:
        from .cards import figures

        return figures()

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
    def demo_data(self) -> list[Demo]:
        from .demo import make, make_tiers

        return [Demo(make_tiers, order=45), Demo(make, order=80)]

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
