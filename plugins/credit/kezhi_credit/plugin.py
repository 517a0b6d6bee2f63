"""Customer credit: classes, limits, exposure, and whether goods may be shipped today (CRD)."""

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
    Metric,
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


class Credit(Plugin):
    """Says how much each customer may owe, and what follows from it."""

    name = "credit"
    title = _l("Customer credit")
    summary = _l("Credit classes, limits and exposure, and whether goods may be shipped today.")
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "lists": ">=0.1", "approvals": ">=0.1"}
    extends = ("documents",)
    icon = "shield-check"
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models as own

        return [own.CreditClass, own.Terms, own.Rating, own.Limit, own.Account, own.Release, own.Reservation,
                own.Measure, own.Alert, own.Summary, own.Source, own.Investigation, own.Finding, own.CardVersion,
                own.Sheet]  # fmt: skip

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .access import ASKERS, KEEPERS, READERS, REPORTERS

        return [
            Permission("credit.read", _l("See the credit of customers"), roles=READERS),
            Permission("credit.ask", _l("Check and reserve credit, ask for limits and releases"), roles=ASKERS),
            Permission(
                "credit.investigate", _l("Investigate customers and fill in credit rating sheets"), roles=ASKERS
            ),
            Permission("credit.rate", _l("Rate customers in credit classes and end limits early"), roles=KEEPERS),
            Permission("credit.report", _l("Issue the report of ageing and concentration"), roles=REPORTERS),
            Permission("credit.classes", _l("Decide the terms of credit classes"), roles=KEEPERS),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .access import of_customers
        from .models import (
            Account,
            Alert,
            Finding,
            Investigation,
            Limit,
            Measure,
            Rating,
            Release,
            Reservation,
            Sheet,
            Summary,
        )

        own: list[Any] = [Rating, Limit, Release, Reservation, Measure, Alert, Investigation, Finding, Sheet]
        return [
            *(Access(model, model.id, of_customers(model)) for model in own),
            *(Access(model, model.customer_id, of_customers(model)) for model in (Account, Summary)),
        ]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        target = "customers_customer"
        return [
            RecordLink("credit_rating", _l("Credit ratings"), target, personal=("reason",)),
            RecordLink("credit_limit", _l("Credit limits"), target, personal=("reason",)),
            RecordLink("credit_release", _l("Releases of credit blocks"), target, personal=("reason",)),
            RecordLink("credit_reservation", _l("Credit reservations"), target, erase="keep"),
            RecordLink("credit_measure", _l("Measures against credit risks"), target, personal=("reason", "security")),
            RecordLink("credit_investigation", _l("Credit investigations"), target,
                       personal=("occasion", "conclusion")),
            RecordLink("credit_finding", _l("Findings of credit investigations"), target, delete="delete",
                       personal=("text",)),
            RecordLink("credit_sheet", _l("Credit rating sheets"), target, personal=("opinion", "decided_reason")),
            RecordLink("credit_alert", _l("Credit alerts"), target, erase="keep"),
            # only held while credit is reserved: it says nothing
            RecordLink("credit_account", _l("Credit accounts"), target, erase="keep", delete="delete",
                       merge="keep_one"),
            # a copy of what is counted: counted anew for who stays
            RecordLink("credit_summary", _l("Credit figures of lists"), target, erase="keep", delete="delete",
                       merge="keep_one"),
        ]  # fmt: skip

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .services import limits, releases, sheets

        return [limits.subject_kind(), releases.subject_kind(), sheets.subject_kind()]

    @hookimpl
    def register_metrics(self) -> list[Metric]:
        from .metrics import metrics

        return metrics()

    @hookimpl
    def company_metrics(self) -> list[Metric]:
        from .metrics import finding_metrics

        return finding_metrics()

    @hookimpl(optionalhook=True)
    def register_attachments(self) -> list[Any]:
        from .attachments import attachments

        return attachments()

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs

        return hand_overs()

    @hookimpl(optionalhook=True)
    def home_figures(self, user: User) -> list[Any]:
        from .home import figures

        return figures(user)

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import task_kinds

        return task_kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .telling import notice_kinds

        return notice_kinds()

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any) -> None:
        from .services.following import follow

        follow(model, change, keys)

    @hookimpl
    def credit_check(self, customer_id: int, amount: int, order: str, reserve: bool) -> dict[str, Any]:
        from .services import check

        return check(customer_id, amount, order, reserve=reserve).as_data()

    @hookimpl
    def credit_order_ended(self, customer_id: int, order: str) -> None:
        from .services.reserving import end_for

        end_for(customer_id, order.strip())

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import commands

        return commands()

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from .columns import customer_columns

        return customer_columns(model)

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .documents import document_kinds

        return document_kinds()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=40)]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import CreditSettings

        return [CreditSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Customer credit"),
                "credit.index",
                icon="shield-check",
                group="customers",
                permission="credit.read",
                order=25,
            ),
            MenuItem(
                _l("May this be shipped?"),
                "credit.check",
                icon="truck",
                group="customers",
                permission="credit.read",
                order=26,
                under="credit.index",
            ),
            MenuItem(
                _l("Credit investigations"),
                "credit.investigations",
                icon="search",
                group="customers",
                permission="credit.read",
                order=26,
                under="credit.index",
            ),
            MenuItem(
                _l("Ageing and concentration"),
                "credit.reports",
                icon="hourglass-split",
                group="customers",
                permission="credit.read",
                order=27,
                under="credit.index",
            ),
        ]

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .panels import facts

        return facts(record, user)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .panels import panels

        return panels(record, user)
