"""Customer cards as a builtin: printed from the file, frozen by month, quarter and year, compared (CUS-15)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Demo,
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

READERS = (
    "salesperson", "account-manager", "regional-representative", "sales-supervisor", "sales-manager", "sales-director",
    "regional-manager", "department-manager", "customer-service-agent", "customer-service-manager",
    "customer-information-officer", "customer-information-clerk", "marketing-planner", "marketing-supervisor",
    "finance", "data-analyst", "deputy-general-manager", "general-manager",
)  # fmt: skip
ISSUERS = (
    "account-manager", "sales-manager", "sales-director", "customer-service-manager", "customer-information-officer",
    "customer-information-clerk", "general-manager",
)  # fmt: skip
EXPORTERS = ("customer-information-officer", "data-analyst", "deputy-general-manager", "general-manager")


class Cards(Plugin):
    """One page per customer, as it was at the end of every month, quarter and year."""

    name = "cards"
    title = _l("Customer cards")
    summary = _l("One page per customer to print, kept as it was at the end of every month, quarter and year.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1", "policy": ">=0.1"}
    extends = ("documents", "lists")
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "person-vcard"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Card, CardPeriod

        return [CardPeriod, Card]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("cards.read", _l("See customer cards, frozen ones too"), READERS),
            Permission("cards.issue", _l("Issue customer cards as documents"), ISSUERS),
            Permission("cards.export", _l("Export lists of customer cards"), EXPORTERS),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import Card
        from .pages import of_visible_customers

        key: Any = Card.customer_id
        return [Access(Card, key, of_visible_customers)]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        return [
            RecordLink("cards_card", _l("Customer cards"), "customers_customer", delete="delete", erase="blank",
                       personal=("name",), merge="keep_one", unique=("period_id",))
        ]  # fmt: skip

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import CardSettings

        return [CardSettings]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .documents import kinds

        return kinds()

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .pages import customer_panels

        return customer_panels(record, user)

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Customer cards"),
                "cards.index",
                icon="person-vcard",
                permission="cards.read",
                order=14,
                under="customers.index",
            )
        ]

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .clauses import evidence

        return evidence()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import before_grades, with_grades

        return [Demo(before_grades, order=40), Demo(with_grades, order=85)]
