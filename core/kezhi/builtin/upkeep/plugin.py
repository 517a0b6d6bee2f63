"""Recurring duties of the customer file as a builtin: verification and what else keeps it in order (CUS-07)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Column,
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


class Upkeep(Plugin):
    """Customer files stay right because somebody has to look at them, and it shows when nobody did."""

    name = "upkeep"
    title = _l("Upkeep of files")
    summary = _l("What keeps customer files in order comes round: verification each quarter, recorded and overseen.")
    depends = {
        "kezhi": ">=0.1",
        "accounts": ">=0.1",
        "calendar": ">=0.1",
        "customers": ">=0.1",
        "policy": ">=0.1",
        "tasks": ">=0.1",
    }
    extends = ("documents", "lists", "timeline")
    essential = True
    icon = "patch-check"

    def on_install(self) -> None:
        """A company that had files before is not told what it missed."""
        from .setup import begin

        begin()

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models

        return [
            models.Verification, models.MarketNote, models.Observation, models.ObservationCustomer, models.Officer,
            models.Procedure, models.Acknowledgement, models.SecurityCheck, models.CheckItem, models.Finding,
            models.BaseCopy, models.Guidance,
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
        from .rules import access

        return access()

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        from .links import links

        return links()

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import UpkeepSettings

        return [UpkeepSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .rules import GUIDANCE, NOTES, PROCEDURES

        return [
            MenuItem(
                _l("Competitive environment"), "upkeep.notes", icon="binoculars", group="customers", permission=NOTES,
                order=60,
            ),
            MenuItem(
                _l("Data protection"), "upkeep.protection", icon="shield-check", group="control",
                permission=PROCEDURES, order=40,
            ),
            MenuItem(
                _l("Supervision of files"), "upkeep.guidance", icon="person-video3", group="control",
                permission=GUIDANCE, order=45,
            ),
        ]  # fmt: skip

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from ..customers.models import Customer
        from .columns import customer_columns

        return customer_columns() if model is Customer else []

    @hookimpl(optionalhook=True)
    def list_actions(self, model: type) -> list[Any]:
        from .bulk import actions

        return actions(model)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import customer_panels

        return customer_panels(record, user)

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .pages import sources

        return sources(record, user)

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .documents import document_kinds

        return document_kinds()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl(optionalhook=True)
    def home_figures(self, user: User) -> list[Any]:
        from .home import figures

        return figures(user)

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import kinds

        return kinds()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=50)]
