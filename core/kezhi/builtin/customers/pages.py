"""What the list and the record page show."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Any

from flask import abort, current_app, render_template, url_for
from markupsafe import Markup
from sqlalchemy import func, select

from kezhi import Choice, Column, Fact, Filter, ListView, Panel, User, db
from kezhi.cells import address_of
from kezhi.db import end_reading
from kezhi.i18n import _, _l, is_chinese, lazy_pgettext

from ..accounts.models import Account, Department
from ..search.services import list_search
from . import gaps, services
from .fields import FIELDS, GROUPS, LISTS, Field, label, section_fields
from .models import Customer, CustomerGroup, ListEntry
from .sections import SECTIONS, may_write_section, readable_sections
from .services import lists
from .services.confirmation import needs_confirmation
from .services.profile import stored_values
from .services.values import readable
from .sharing import reading as shares

log = logging.getLogger("kezhi.customers")

MOST_FACTS = 6
#: tabs of the record page that no app is titled like; the keys stand with the panels that go there
TABS = {"keeping": _l("Keeping of the file")}
LINKS, GROUP_ENTRIES = CustomerGroup.__table__, ListEntry.__table__
#: what a column looks up hangs on the row of the list, which is narrowed already
TABLE = Customer.__table__
#: timeline entries on the page
ENTRIES = 20
MOST_ENTRIES = 500


def list_view() -> ListView:
    """The list of customers; apps add columns through the hook ``list_columns``."""
    return ListView(
        name="customers",
        model=Customer,
        columns=[*own_columns(is_chinese()), shares.column(86)],
        order=("code", "asc"),
        search=list_search("customers", [Customer.code, Customer.name, Customer.short_name]),
        link=lambda row: address_of("customers.show", customer_id=row.id),
        title=_l("Customer files"),
        kind=_l("customers"),
        matching=lazy_pgettext("customers", "matching"),
        export_permission="customers.export",
    )


@cache
def own_columns(chinese: bool) -> list[Column]:
    """The columns of the customer file itself; the database joins some names in the language of the page."""
    changed_at: Any = Customer.updated_at

    def plain(key: str, order: int, **options: Any) -> Column:
        return Column(key, label(key), getattr(Customer, key), order=order, **options)

    def listed(key: str, order: int) -> Column:
        return plain(key, order, sortable=True, default=True, filter=Filter("choice", lambda: _choices(key)))

    return [
        plain("code", 1, sortable=True, default=True, render="code"),
        plain("name", 2, sortable=True, default=True, render="name"),
        plain("short_name", 3, sortable=True),
        listed("region", 4),
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
        _product_groups(84, chinese),
        gaps.column(85),
    ]


def _person(order: int) -> Column:
    name = select(Account.name).where(Account.id == TABLE.c.owner_id).scalar_subquery()
    chosen = Filter("choice", lambda: _named(services.choosable_owners()), lambda text: Customer.owner_id == int(text))
    return Column("owner", label("owner_id"), name, filter=chosen, default=True, render="person", order=order)


def _department(order: int) -> Column:
    name = select(Department.name).where(Department.id == TABLE.c.department_id).scalar_subquery()
    chosen = Filter(
        "choice", lambda: _named(services.choosable_departments()), lambda text: Customer.department_id == int(text)
    )
    return Column("department", label("department_id"), name, filter=chosen, order=order)


def _product_groups(order: int, chinese: bool) -> Column:
    """The names of the product groups in one text, in the list's order."""
    name = GROUP_ENTRIES.c.zh
    if not chinese:
        name = func.coalesce(func.nullif(GROUP_ENTRIES.c.en, ""), name)  # type: ignore[assignment]
    mine = select(name.label("name"))
    mine = mine.join_from(LINKS, GROUP_ENTRIES, GROUP_ENTRIES.c.id == LINKS.c.entry_id)
    ordered = mine.where(LINKS.c.customer_id == TABLE.c.id).order_by(GROUP_ENTRIES.c.position).correlate(TABLE)
    named = ordered.subquery()
    text = select(func.aggregate_strings(named.c.name, lists.separator())).scalar_subquery()

    def buying(key: str) -> Any:
        ids = select(LINKS.c.customer_id).join_from(LINKS, GROUP_ENTRIES, GROUP_ENTRIES.c.id == LINKS.c.entry_id)
        return Customer.id.in_(ids.where(GROUP_ENTRIES.c.list == "product_group", GROUP_ENTRIES.c.key == key))

    chosen = Filter("choice", lambda: _choices("product_group"), buying)
    return Column("product_groups", label("product_groups"), text, filter=chosen, order=order)


def _choices(key: str) -> list[Choice]:
    """Retired entries too: records that hold them stay readable and can be found."""
    return [Choice(value, text) for value, text in lists.texts(key).items()]


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
    half: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it stands on the page: short fields, then long ones, under their headings."""

    key: str
    title: Any
    icon: str
    groups: list[tuple[Any, list[tuple[Field, str]]]]
    may_change: bool

    @property
    def is_empty(self) -> bool:
        return not any(text for _title, lines in self.groups for _field, text in lines)


def record_page(
    customer: Customer, user: User, entries: int = ENTRIES, section: str = "", tab: str = ""
) -> dict[str, Any]:
    """Everything the record page shows: the overview, one section of the file, or the tab of an app.

    The number of statements depends on the apps, not on the records. Errors: 404 for a section or tab one may not see.
    """
    sections = readable_sections(user)
    given = given_panels(customer, user)
    tabs = tabs_of(given)
    if (section and section not in {each.key for each in sections}) or (tab and tab not in tabs):
        abort(404)
    values = stored_values(customer)
    people = services.contacts_of(customer.id) if SECTIONS["people"] in sections else []
    call = current_app.extensions["kezhi"].call
    sharing = shares.sharing_of(customer, user)
    owners = services.owners(customer.id)
    facts = sorted(call.record_facts(record=customer, user=user), key=lambda fact: fact.order)
    may_write = sharing.may_change and user.can("customers.write")
    timeline = _timeline(customer, user)
    history = services.timeline(customer, entries + 1) if timeline is None else []
    return {
        "customer": customer,
        "owner": owners[0][0] if owners and owners[0][3] is None else "",
        "department": _department_name(customer),
        "owners": owners,
        "section": section,
        "tab": tab,
        "tabs": _tabs(customer, sections, section, tab, sum(contact.left_on is None for contact in people), tabs),
        "part": _part(section or "basic", values, user, sharing.may_change),
        "people": people if section in ("", "people") else [],
        "roles": {key: lists.text_of("decision_role", key) for key in {each.decision_role for each in people}},
        "may_change_people": sharing.may_change and may_write_section("people", user),
        "analyses": services.analyses_of(customer.id) if SECTIONS["analysis"] in sections else [],
        "may_analyse": sharing.may_change and may_write_section("analysis", user),
        "special_price": lists.special_price(customer),
        "facts": facts[:MOST_FACTS],
        "timeline": timeline,
        "entries": history[:entries],
        "has_older": len(history) > entries,
        "texts": {key: lists.text_of(key, values[key]) for key in LISTS},
        "panels": [] if section else shown_panels(given, tab),
        "sharing": sharing,
        "can_write": may_write,
        "may_recognise": may_write and not customer.code and not needs_confirmation(),
        "can_edit": sharing.may_change and may_edit(user),
    }


def facts(record: Any, user: User) -> list[Fact]:
    """The service tier, where an app tells tiers apart."""
    tiers = services.service_tiers() if isinstance(record, Customer) and user.can("customers.read") else None
    if tiers is None or len(tiers.tiers) < 2:
        return []
    tier = services.service_tier_of(record.id)
    manager = _("dedicated account manager") if tier.dedicated else _("account manager")
    note = " · ".join((_("%(hours)s hours a day", hours=tier.hours), manager))
    return [Fact(_l("Service tier"), tier.title, note=note, order=55)]


def _timeline(customer: Customer, user: User) -> Markup | None:
    """The timeline of all apps with its notes, where there is that app and the user has the right to it."""
    if "timeline" not in current_app.extensions["kezhi"].plugins:
        return None
    from ..timeline.pages import panel

    return panel(customer, user)


def may_edit(user: User) -> bool:
    """Whether somebody may change anything of a file by its form."""
    return any(may_write_section(field.section, user) for field in FIELDS.values())


def _tabs(
    customer: Customer, sections: list[Any], current: str, tab: str, people: int, more: Mapping[str, Any]
) -> list[dict[str, Any]]:
    address = url_for("customers.show", customer_id=customer.id)
    found = [{"title": _("Overview"), "url": address, "current": not current and not tab}]
    for section in sections:
        line = {"title": section.title, "url": f"{address}?section={section.key}", "current": section.key == current}
        found.append(line | ({"count": people} if section.key == "people" else {}))
    for key, title in more.items():
        found.append({"title": title, "url": f"{address}?tab={key}", "current": key == tab and not current})
    return found


def _department_name(customer: Customer) -> str:
    if customer.department_id is None:
        return ""
    return db.session.scalar(select(Department.name).where(Department.id == customer.department_id)) or ""


def _part(section: str, values: dict[str, Any], user: User, may_change: bool) -> Part:
    """Labels and texts of the fields of a section, the name in the head left out."""
    groups: list[tuple[Any, list[tuple[Field, str]]]] = []
    for group, title in GROUPS.items():
        fields = section_fields(section, lambda field, group=group: field.group == group and field.key != "name")  # type: ignore[misc]
        lines = [(field, readable(field.key, values[field.key])) for field in fields]
        if lines:
            groups.append((title, lines))
    known = SECTIONS[section]
    return Part(section, known.title, known.icon, groups, may_change and may_write_section(section, user))


Given = list[tuple[str, Panel | None]]  #: with the plugin they come from; None for what one failed to give


def given_panels(record: Any, user: User) -> Given:
    """The panels of the apps, in their order, not made yet; an app that fails to give any stands last."""
    kernel = current_app.extensions["kezhi"]
    given = kernel.call.attributed.record_panels(record=record, user=user)
    delivered = {plugin for plugin, _panel in given}
    failed = [plugin for plugin, hook in kernel.host.dropped if hook == "record_panels" and plugin not in delivered]
    return [*sorted(given, key=lambda pair: pair[1].order), *((plugin, None) for plugin in failed)]


def tabs_of(given: Given) -> dict[str, Any]:
    """The tabs that the panels ask for, with their titles: those of apps in the order of their first panels, then the
    shared ones."""
    keys = dict.fromkeys(panel.tab for _plugin, panel in given if panel and panel.tab)
    return {key: TABS.get(key) or _app_title(key) for key in sorted(keys, key=lambda key: key in TABS)}


def panels(record: Any, user: User) -> list[Shown]:
    """The panels of the apps on the page of a record that has no tabs, made."""
    return shown_panels(given_panels(record, user))


def shown_panels(given: Given, tab: str = "") -> list[Shown]:
    """The panels of the overview, or of a tab, made. One that fails is replaced by a note that names its app."""
    found = []
    for plugin, panel in given:
        if panel is not None and panel.tab == tab:
            found.append(_render(plugin, panel))
        elif panel is None and not tab:
            found.append(Shown(_app_title(plugin), None))
    return in_pairs(found)


def in_pairs(panels: list[Shown]) -> list[Shown]:
    """Of half panels in a row the last of an odd number is whole: it would leave a hole beside it."""
    found: list[Shown] = []
    for _half, group in groupby(panels, lambda panel: panel.half):
        row = list(group)
        found += [*row[:-1], replace(row[-1], half=row[-1].half and len(row) % 2 == 0)]
    return found


def _render(plugin: str, panel: Panel) -> Shown:
    try:
        context = panel.context() if callable(panel.context) else panel.context
        html = Markup(render_template(panel.template, **context))
    except Exception:
        log.exception("app %s: its panel %s cannot be shown", plugin, panel.template)
        end_reading()  # a failed statement would take the statements after it along
        return Shown(_app_title(plugin), None)
    return Shown(panel.title, html, panel.icon, panel.link or "", panel.link_text, panel.half)


def _app_title(plugin: str) -> Any:
    found = current_app.extensions["kezhi"].plugins.get(plugin)
    return found.title if found is not None else plugin
