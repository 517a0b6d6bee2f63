"""Approvals as a builtin: proposals, steps, signatures (APR-01…03)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import click
from flask import Blueprint

from kezhi import Access, Check, Clause, Demo, Job, MenuItem, Permission, Plugin, SettingsForm, User, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs


class Approvals(Plugin):
    """What other apps put up is signed step by step and carried out by the last signature."""

    name = "approvals"
    title = _l("Approvals")
    summary = _l("What is proposed, who signs in which order, and what was approved.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1"}
    extends = ("search", "tasks", "handover")
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "pen"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Deputy, EarlierRound, FlowVersion, Reminder, Request, RequestStep, Seat, Signature

        return [Request, RequestStep, Seat, Signature, EarlierRound, Deputy, Reminder, FlowVersion]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .roles import every_role

        return [
            Permission("approvals.use", _l("Put up and sign approvals"), roles=every_role()),
            Permission("approvals.deputies", _l("Enter deputies for others"), roles=()),
            Permission("approvals.flows", _l("Design approval flows"), roles=("general-manager",)),
            Permission("approvals.see_all", _l("See every approval"), roles=("general-manager",)),
        ]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import EarlierRound, Reminder, Request, RequestStep, Seat, Signature
        from .rules import grants

        dependants = (RequestStep, Seat, Signature, EarlierRound, Reminder)
        children: dict[type, Any] = {model: model.request_id for model in dependants}
        key: Any = Request.id
        return [Access(Request, key, grants, children)]

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import approvals

        return [approvals]

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
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import ApprovalSettings

        return [ApprovalSettings]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        from .jobs import jobs

        return jobs()

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        from .services import waiting_count

        return [
            MenuItem(
                _l("Approvals"),
                "approvals.inbox",
                icon="pen",
                group="work",
                permission="approvals.use",
                order=20,
                count=lambda: waiting_count(user),
            ),
            MenuItem(
                _l("Approval flows"), "approvals.flows", icon="diagram-3", group="system",
                permission="approvals.flows", order=40,
            ),
        ]  # fmt: skip

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=85)]

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[Any]:
        from .memos import subject_kind

        return [subject_kind()]

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[Any]:
        from .searching import search_kind

        return [search_kind()]

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .duties import kinds

        return kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .telling import kinds

        return kinds()

    @hookimpl(optionalhook=True)
    def register_hand_overs(self) -> list[Any]:
        from .handing_over import hand_overs

        return hand_overs()
