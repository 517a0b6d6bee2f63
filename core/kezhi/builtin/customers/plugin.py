"""The customer file as a builtin: records, codes, owners, changes, duplicates, imports (CUS-01…08)."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import click
from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Demo,
    Fact,
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

from . import hookspecs as own_hookspecs

if TYPE_CHECKING:
    from ..lists.contributions import BulkAction
    from .contributions import FormPart


class Customers(Plugin):
    """One record per customer, with its history, for whom it concerns."""

    name = "customers"
    title = _l("Customer files")
    summary = _l("One record per customer with its code, its owner and every change; imports and exports of them.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "protection": ">=0.1"}
    extends = ("imports", "files", "lists", "search", "timeline", "handover")
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "building"

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models

        return [
            models.Customer, models.CustomerChange, models.CustomerOwner, models.UsedCode, models.StagedKey,
            models.Profile, models.Contact, models.Analysis, models.ListEntry, models.CustomerGroup,
            models.NotDuplicate, models.MergedCustomer, models.CustomerShare,
        ]  # fmt: skip

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
        from . import models
        from .rules import grants

        hanging: tuple[Any, ...] = (
            models.CustomerChange, models.CustomerOwner, models.Profile, models.Contact, models.Analysis,
            models.CustomerGroup, models.MergedCustomer, models.CustomerShare,
        )  # fmt: skip
        children: dict[type, Any] = {model: model.customer_id for model in hanging}
        key: Any = models.Customer.id
        return [Access(models.Customer, key, grants, children)]

    @hookimpl(optionalhook=True)
    def list_actions(self, model: type) -> list[BulkAction]:
        from .bulk import actions

        return actions(model)

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any) -> None:
        from .sharing.guard import check_change

        check_change(model, change, keys)

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        from .links import links

        return links()

    @hookimpl(optionalhook=True)
    def customer_form_parts(self, customer_id: int | None, user: User) -> list[FormPart]:
        from .first_contact import parts

        return parts(customer_id, user)

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import CustomerSettings

        return [CustomerSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        read = "customers.read"
        found = [MenuItem(_l("Customer files"), "customers.index", icon="building", permission=read, order=10)]
        if not user.can("customers.see_all"):
            found.append(
                MenuItem(
                    _l("Shared with me"),
                    "customers.shared",
                    icon="share",
                    permission=read,
                    order=11,
                    under="customers.index",
                )
            )
        return found

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .pages import facts

        return facts(record, user)

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl(optionalhook=True)
    def register_key_uses(self) -> list[Any]:
        from ..protection.services.resealing import key_use
        from .services.protected import sealed_tables

        return [key_use("customers.fields", _l("Fields of customer files"), sealed_tables)]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import customers_group

        return [customers_group()]

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=20)]

    @hookimpl(optionalhook=True)
    def register_importers(self) -> list[Any]:
        from .importer import importer
        from .importer.contacts import contact_importer

        return [importer(), contact_importer()]

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
    def register_exporters(self) -> list[Any]:
        from .exporter import contact_exporter, exporter

        return [exporter(), contact_exporter()]

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[Any]:
        from .searching import search_kind

        return [search_kind()]

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs
        from .sharing.moving import hand_overs as of_shares

        return [*hand_overs(), *of_shares()]

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .sharing.telling import kinds

        return kinds()

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .sharing.telling import jobs

        return jobs()

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
