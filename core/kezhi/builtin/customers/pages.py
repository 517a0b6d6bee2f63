"""What the list and the record page show."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, url_for
from markupsafe import Markup
from sqlalchemy import select

from kezhi import Choice, Column, Filter, ListView, Panel, User, db
from kezhi.db import end_reading
from kezhi.i18n import _l, lazy_pgettext

from ..accounts.models import Account, Department
from ..search.services import list_search
from . import services
from .fields import LISTS, SECTIONS, Field, label, section_fields
from .models import Customer
from .services import lists
from .services.values import shown

log = logging.getLogger("kezhi.customers")

MOST_FACTS = 6
#: timeline entries on the page
ENTRIES = 20
MOST_ENTRIES = 500


def list_view() -> ListView:
    """The list of customers; apps add columns through the hook ``list_columns``."""
    return ListView(
        name="customers",
        model=Customer,
        columns=own_columns(),
        order=("code", "asc"),
        search=list_search("customers", [Customer.code, Customer.name, Customer.short_name]),
        link=lambda row: url_for("customers.show", customer_id=row.id),
        title=_l("Customer files"),
        kind=_l("customers"),
        matching=lazy_pgettext("customers", "matching"),
        export_permission="customers.export",
    )


def own_columns() -> list[Column]:
    """The columns of the customer file itself."""
    changed_at: Any = Customer.updated_at

    def plain(key: str, order: int, **options: Any) -> Column:
        return Column(key, label(key), getattr(Customer, key), order=order, **options)

    def listed(key: str, order: int) -> Column:
        return plain(key, order, sortable=True, default=True, filter=Filter("choice", lambda: _choices(key)))

    return [
        plain("code", 1, sortable=True, default=True, render="code"),
        plain("name", 2, sortable=True, default=True, render="name"),
        plain("short_name", 3, sortable=True),
        plain("region", 4, sortable=True, default=True, filter=Filter("text")),
        listed("business_type", 5),
        listed("stage", 6),
        _person(7),
        plain("trade_since", 8, sortable=True, default=True, render="date", filter=Filter("date")),
        Column(
            "updated_at",
            _l("Last change"),
            changed_at,
            sortable=True,
            filter=Filter("date"),
            render="instant",
            order=9,
        ),
        plain("prospect_number", 80, render="code"),
        plain("city", 81, filter=Filter("text")),
        plain("industry", 82, filter=Filter("choice", lambda: _choices("industry"))),
        _department(83),
    ]


def _person(order: int) -> Column:
    name = select(Account.name).where(Account.id == Customer.owner_id).scalar_subquery()
    chosen = Filter("choice", lambda: _named(services.choosable_owners()), lambda text: Customer.owner_id == int(text))
    return Column("owner", label("owner_id"), name, filter=chosen, default=True, render="person", order=order)


def _department(order: int) -> Column:
    name = select(Department.name).where(Department.id == Customer.department_id).scalar_subquery()
    chosen = Filter(
        "choice", lambda: _named(services.choosable_departments()), lambda text: Customer.department_id == int(text)
    )
    return Column("department", label("department_id"), name, filter=chosen, order=order)


def _choices(key: str) -> list[Choice]:
    return [Choice(entry["key"], lists.text_of(key, entry["key"])) for entry in lists.entries(key)]


def _named(names: dict[int, str]) -> list[Choice]:
    return [Choice(str(key), name) for key, name in names.items()]


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel of an app as it stands on the page; without ``html`` its app could not make it."""

    title: Any
    html: Markup | None
    icon: str = "card-text"
    link: str = ""
    link_text: Any = ""


def record_page(customer: Customer, user: User, entries: int = ENTRIES) -> dict[str, Any]:
    """Everything the record page shows. The number of statements depends on the apps, not on the records."""
    call = current_app.extensions["kezhi"].call
    own = services.timeline(customer, entries + 1)
    owners = services.owners(customer.id)
    facts = sorted(call.record_facts(record=customer, user=user), key=lambda fact: fact.order)
    added = call.timeline_entries(record=customer, user=user, limit=entries + 1)
    history = sorted([*own, *added], key=lambda entry: entry.at, reverse=True)
    return {
        "customer": customer,
        "owner": owners[0][0] if owners and owners[0][3] is None else "",
        "department": _department_name(customer),
        "owners": owners,
        "sections": [(title, _lines(customer, key)) for key, title in SECTIONS.items()],
        "facts": facts[:MOST_FACTS],
        "entries": history[:entries],
        "has_older": len(history) > entries,
        "texts": {key: lists.text_of(key, getattr(customer, key)) for key in LISTS},
        "panels": panels(customer, user),
        "can_write": user.can("customers.write"),
    }


def _department_name(customer: Customer) -> str:
    if customer.department_id is None:
        return ""
    return db.session.scalar(select(Department.name).where(Department.id == customer.department_id)) or ""


def _lines(customer: Customer, section: str) -> list[tuple[Field, str]]:
    """Label and text of the fields of a section, the names in the head left out."""
    found = []
    for field in section_fields(section, lambda field: field.key not in ("name", "notes")):
        text = shown(field.key, getattr(customer, field.key))
        found.append((field, lists.text_of(field.key, text) if field.kind == "list" else text))
    return found


def panels(customer: Customer, user: User) -> list[Shown]:
    """The panels of the apps, in their order. One that fails is replaced by a note that names its app."""
    kernel = current_app.extensions["kezhi"]
    given = kernel.call.attributed.record_panels(record=customer, user=user)
    found = [_render(plugin, panel) for plugin, panel in sorted(given, key=lambda pair: pair[1].order)]
    delivered = {plugin for plugin, _panel in given}
    for plugin, hook in kernel.host.dropped:
        if hook == "record_panels" and plugin not in delivered:
            found.append(Shown(_app_title(plugin), None))
    return found


def _render(plugin: str, panel: Panel) -> Shown:
    try:
        html = Markup(render_template(panel.template, **panel.context))
    except Exception:
        log.exception("app %s: its panel %s cannot be shown", plugin, panel.template)
        end_reading()  # a failed statement would take the statements after it along
        return Shown(_app_title(plugin), None)
    return Shown(panel.title, html, panel.icon, panel.link or "", panel.link_text)


def _app_title(plugin: str) -> Any:
    found = current_app.extensions["kezhi"].plugins.get(plugin)
    return found.title if found is not None else plugin
