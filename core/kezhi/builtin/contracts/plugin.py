"""The contract register as a builtin: what was agreed on with customers, and until when it holds (CUS-13)."""

from __future__ import annotations

from typing import Any

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


class Contracts(Plugin):
    """Contracts with customers; whether one of a kind is in force on a date; reminders before they end."""

    name = "contracts"
    title = _l("Contracts")
    summary = _l("The register of contracts with customers: kinds, signers, validity, renewals, reminders.")
    depends = {
        "kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1", "files": ">=0.1",
        "imports": ">=0.1", "lists": ">=0.1", "search": ">=0.1", "tasks": ">=0.1", "timeline": ">=0.1",
    }  # fmt: skip
    extends = ("policy", "destruction")
    essential = True
    icon = "file-earmark-ruled"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Change, Contract, Kind

        return [Kind, Contract, Change]

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
        from .models import Change, Contract
        from .rules import grants

        children: dict[type, Any] = {Change: Change.contract_id}
        return [Access(Contract, Contract.id, grants, children)]

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from ..protection.services.resealing import key_use
        from .services.sealing import sealed_tables

        return [key_use("contracts.fields", _l("Fields of contracts"), sealed_tables)]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """Contracts keep their customer from being deleted; erasing leaves number, kind, days and amount of them."""
        target = "customers_customer"
        texts = (
            "title", "our_party", "their_party", "other_parties", "our_signer", "their_signer", "terms",
            "termination_reason", "our_signer_key", "their_signer_key",
        )  # fmt: skip
        return [
            RecordLink("contracts_contract", _l("Contracts"), target, personal=texts),
            RecordLink("contracts_change", _l("Changes of contracts"), target, delete="delete",
                       personal=("old", "new")),
        ]  # fmt: skip

    @hookimpl
    def company_metrics(self) -> list[Metric]:
        from .metrics import metrics

        return metrics()

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import ContractSettings

        return [ContractSettings]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import kinds

        return kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .services.telling import notice_kinds

        return notice_kinds()

    @hookimpl(optionalhook=True)
    def register_importers(self) -> list[Any]:
        from .importer import importer

        return [importer()]

    @hookimpl(optionalhook=True)
    def register_exporters(self) -> list[Any]:
        from .exporter import exporter

        return [exporter()]

    @hookimpl(optionalhook=True)
    def register_attachments(self) -> list[Any]:
        from .attachments import attachments

        return attachments()

    @hookimpl(optionalhook=True)
    def register_timelines(self) -> list[Any]:
        from .timelines import timelines

        return timelines()

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .timelines import sources

        return sources(record, user)

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[Any]:
        from .searching import search_kind

        return [search_kind()]

    @hookimpl(optionalhook=True)
    def list_actions(self, model: type) -> list[Any]:
        from .views.several import actions

        return actions(model)

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from ..customers.models import Customer
        from .columns import customer_columns

        return customer_columns() if model is Customer else []

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(_l("Contracts"), "contracts.index", icon="file-earmark-ruled", group="customers",
                     permission="contracts.read", order=15),
        ]  # fmt: skip

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import customer_panels

        return customer_panels(record, user)

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .pages import customer_facts

        return customer_facts(record, user)

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import contracts_command

        return [contracts_command]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=35)]

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
