"""Pledges: what customers promised to order, beside their file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from kezhi import Access, MenuItem, Panel, Permission, Plugin, RecordLink, User, hookimpl


class Pledges(Plugin):
    """Keeps pledges; the figures of a plan start from them."""

    name = "pledges"
    title = "Pledges"
    summary = "What customers promised to order."
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}
    icon = "hand-thumbs-up"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import Pledge

        return [Pledge]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("pledges.use", "Record pledges", roles=("salesperson",))]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import Pledge
        from .services import grants

        return [Access(Pledge, Pledge.id, grants)]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        return [RecordLink("pledges_pledge", "Pledges", target="customers_customer", personal=("promised_by",))]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [MenuItem("Pledges", "pledges.index", icon="hand-thumbs-up", permission="pledges.use")]

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from kezhi.builtin.customers.models import Customer

        from .services import pledges_of

        if not isinstance(record, Customer) or not user.can("pledges.use"):
            return []
        return [Panel("Pledges", "pledges/panel.html", {"pledges": pledges_of(record.id)})]
