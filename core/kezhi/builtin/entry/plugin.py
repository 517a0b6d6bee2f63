"""Confirmation of new customers as a builtin: sent, signed, and in force with the last signature (CUS-14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from kezhi import Access, Check, Clause, Column, Demo, MenuItem, Panel, Permission, Plugin, RecordLink, User, hookimpl
from kezhi import lazy_gettext as _l

if TYPE_CHECKING:
    from ..lists.contributions import BulkAction

CUSTOMERS = "customers_customer"
#: who works with the files of new customers, and the managers who confirm them
READERS = (
    "salesperson", "account-manager", "regional-representative", "sales-supervisor", "sales-manager", "sales-director",
    "regional-manager", "department-manager", "customer-service-agent", "customer-service-manager",
    "customer-information-officer", "customer-information-clerk", "data-analyst", "deputy-general-manager",
    "general-manager",
)  # fmt: skip


class Entry(Plugin):
    """New customers count when the manager in charge has confirmed them, where the company wants it so."""

    name = "entry"
    title = _l("Entry of customers")
    summary = _l("New customers are entered in one form and count when the manager in charge has confirmed them.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "approvals": ">=0.1", "customers": ">=0.1"}
    extends = ("imports", "lists", "timeline", "policy", "documents")
    essential = True
    icon = "person-check"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Line, State, Submission

        return [Submission, Line, State]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("entry.read", _l("See what waits for confirmation as a customer"), READERS)]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import Line, State, Submission
        from .services.queries import of_visible_customers, submission_grants

        line: Any = Line.customer_id
        state: Any = State.customer_id
        sent: Any = Submission.id
        return [
            Access(Line, line, of_visible_customers),
            Access(State, state, of_visible_customers),
            Access(Submission, sent, submission_grants),
        ]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        """A merged customer's confirmation goes with it: the one that stays has its own."""
        return [
            RecordLink("entry_line", _l("Rows sent for confirmation"), CUSTOMERS, delete="delete", erase="blank",
                       personal=("name",), merge="keep"),
            RecordLink("entry_state", _l("Confirmation"), CUSTOMERS, delete="delete", erase="blank",
                       personal=("reason",), merge="keep"),
        ]  # fmt: skip

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .services import subject_kind

        return [subject_kind()]

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any) -> None:
        from ..customers.models import Customer

        if model is Customer and change in ("update", "delete"):
            from .services import follow_changes

            follow_changes(change, keys)

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from ..customers.models import Customer

        if model is not Customer:
            return []
        from .columns import customer_columns

        return customer_columns()

    @hookimpl(optionalhook=True)
    def list_actions(self, model: type) -> list[BulkAction]:
        from .bulk import actions

        return actions(model)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .panels import customer_panels

        return customer_panels(record, user)

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .panels import timeline_sources

        return timeline_sources(record, user)

    @hookimpl(optionalhook=True)
    def register_documents(self) -> list[Any]:
        from .documents import kinds

        return kinds()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Entry of customers"),
                "entry.index",
                icon="person-check",
                permission="entry.read",
                order=12,
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
        from .demo import make

        return [Demo(make, order=90)]
