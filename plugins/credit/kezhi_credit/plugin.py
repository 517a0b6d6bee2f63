"""Customer credit: classes, limits, exposure, and whether goods may be shipped today (CRD)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

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

from . import hookspecs as own_hookspecs


class Credit(Plugin):
    """Says how much each customer may owe, and what follows from it."""

    name = "credit"
    title = _l("Customer credit")
    summary = _l("Credit classes, limits and exposure, and whether goods may be shipped today.")
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "lists": ">=0.1", "approvals": ">=0.1"}
    icon = "shield-check"
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import CreditClass, Limit, Rating, Terms

        return [CreditClass, Terms, Rating, Limit]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .access import ASKERS, KEEPERS, READERS

        return [
            Permission("credit.read", _l("See the credit of customers"), roles=READERS),
            Permission("credit.ask", _l("Ask for credit limits"), roles=ASKERS),
            Permission("credit.rate", _l("Rate customers in credit classes and end limits early"), roles=KEEPERS),
            Permission("credit.classes", _l("Decide the terms of credit classes"), roles=KEEPERS),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .access import of_customers
        from .models import Limit, Rating

        return [Access(Rating, Rating.id, of_customers(Rating)), Access(Limit, Limit.id, of_customers(Limit))]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        target = "customers_customer"
        return [
            RecordLink("credit_rating", _l("Credit ratings"), target, personal=("reason",)),
            RecordLink("credit_limit", _l("Credit limits"), target, personal=("reason",)),
        ]

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .services.limits import subject_kind

        return [subject_kind()]

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
        ]

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .panels import facts

        return facts(record, user)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .panels import panels

        return panels(record, user)
