"""The list of complaints, and what the list of customers shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, not_, or_, select

from kezhi import BigInt, Choice, Column, Filter, acting_user, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account, Department, DepartmentClosure
from kezhi.builtin.accounts.services import tree as departments
from kezhi.builtin.customers.models import Customer
from kezhi.cells import RENDERERS
from kezhi.i18n import is_chinese, lazy_pgettext

from .access import READ
from .clock_columns import clock_columns
from .models import CHANNEL, KIND, OPEN_STATES, Complaint
from .remedy_columns import remedy_columns
from .services.entries import ENTRIES, shown, sql_title, subtree, tree
from .words import SEVERITY_TONES, SEVERITY_WORDS, STATE_TONES, STATE_WORDS, VALIDITY_WORDS

COMPLAINTS: Any = Complaint.__table__
CUSTOMERS: Any = Customer.__table__
ACCOUNTS: Any = Account.__table__
DEPARTMENTS: Any = Department.__table__
CLOSURE: Any = DepartmentClosure.__table__
OPEN, CLOSED, ME, NOBODY = "open", "closed", "me", "nobody"
#: of columns whose value is what is read already: the choices are for the filter, and not asked for by every page
TITLE = replace(RENDERERS["text"], labelled=False)
TITLE_CHIP = replace(RENDERERS["chip"], labelled=False)


def complaint_columns() -> list[Column]:
    """What is known of a complaint; how much time is left is told by ``clock_columns``."""
    return [*clock_columns(), *_own_columns(chinese=is_chinese())]


@cache
def _own_columns(*, chinese: bool) -> list[Column]:
    """Made once in each language: the titles of entries are chosen in SQL."""
    row = COMPLAINTS.c
    return [
        Column("number", _l("Complaint number"), row.number, sortable=True, default=True, render="code", order=10),
        Column("kind", _l("Kind of complaint"), _entry(row.kind_id, chinese), default=True, render=TITLE_CHIP, order=15,
               filter=Filter("choice", _kinds, _of_kind)),
        Column("subject", lazy_pgettext("complaint", "Subject"), row.subject, default=True, render="name", order=20,
               filter=Filter("text", apply=lambda text: row.subject.icontains(text, autoescape=True))),
        Column("customer", _l("Customer"), _customer(), sortable=True, default=True, order=30,
               filter=Filter("text", apply=_of_customer)),
        Column("state", _l("State"), row.state, default=True, render="chip", order=50,
               filter=Filter("choice", lambda: _named_choices(STATE_WORDS)),
               extra=(case(STATE_TONES, value=row.state),)),
        Column("is_open", _l("Open or closed"), case((row.state.in_(OPEN_STATES), OPEN), else_=CLOSED), order=51,
               filter=Filter("choice", _openness, _is)),
        Column("handler", _l("Handler"), _named(ACCOUNTS, row.handler_id), default=True, render="person", order=55,
               filter=Filter("choice", _handlers, _handled_by)),
        Column("received_at", _l("Received at"), row.received_at, sortable=True, default=True, render="instant",
               order=60, filter=Filter("date")),
        Column("channel", _l("Channel"), _entry(row.channel_id, chinese), render=TITLE, order=61,
               filter=Filter("choice", _channels, lambda key: row.channel_id == int(key))),
        Column("received_by", _l("Received by"), _named(ACCOUNTS, row.received_by_id), render="person", order=62),
        Column("department", _l("Department complained about"), _named(DEPARTMENTS, row.department_id), order=63,
               filter=Filter("choice", _departments, _of_unit)),
        Column("unit", _l("Member company"), _unit(), order=64, filter=Filter("choice", _units, _of_unit)),
        Column("validity", lazy_pgettext("complaint", "Judgement"), row.validity, order=70,
               filter=Filter("choice", lambda: _named_choices(VALIDITY_WORDS))),
        Column("severity", _l("Severity"), row.severity, render="chip", order=71,
               filter=Filter("choice", lambda: _named_choices(SEVERITY_WORDS)),
               extra=(case(SEVERITY_TONES, value=row.severity),)),
        *remedy_columns(),
        Column("product", _l("Product"), row.product, order=80, filter=Filter("text")),
        Column("reference", _l("Order or waybill"), row.reference, order=81, filter=Filter("text")),
        Column("happened_on", _l("Happened on"), row.happened_on, render="date", order=82, filter=Filter("date")),
        Column("closed_at", _l("Closed at"), row.closed_at, render="instant", order=83, filter=Filter("date")),
    ]  # fmt: skip


def _entry(column: Any, chinese: bool) -> Any:
    return (
        select(sql_title(ENTRIES, chinese=chinese))
        .where(ENTRIES.c.id == column)
        .correlate(COMPLAINTS)
        .scalar_subquery()
    )


def _named(table: Any, column: Any) -> Any:
    return select(table.c.name).where(table.c.id == column).correlate(COMPLAINTS).scalar_subquery()


def _named_choices(words: Mapping[str, Any]) -> list[Choice]:
    """In the user's language already: a page writes them for each of its rows."""
    return [Choice(key, str(text)) for key, text in words.items()]


def _customer() -> Any:
    """The name, for who sees the customer: the class is narrowed, its table would not be."""
    name = select(Customer.name).where(Customer.id == COMPLAINTS.c.customer_id)
    return name.correlate(COMPLAINTS).scalar_subquery()


def _kinds() -> list[Choice]:
    return [Choice(str(row["id"]), shown(row)) for row in tree(KIND, retired=True)]


def _of_kind(key: str) -> ColumnElement[bool]:
    """Those of a kind and of all kinds below it."""
    found: ColumnElement[bool] = COMPLAINTS.c.kind_id.in_(subtree(tree(KIND, retired=True), int(key)))
    return found


def _channels() -> list[Choice]:
    return [Choice(str(row["id"]), row["title"]) for row in tree(CHANNEL, retired=True)]


def _of_customer(text: str) -> ColumnElement[bool]:
    """By code, or any part of the name, of the customers that one sees."""
    c: Any = Customer
    called = or_(c.code == text.strip(), c.prospect_number == text.strip(), c.name.icontains(text, autoescape=True))
    mine = visible(Customer).where(called).with_only_columns(c.id)
    found: ColumnElement[bool] = COMPLAINTS.c.customer_id.in_(mine)
    return found


def _openness() -> list[Choice]:
    return [Choice(OPEN, lazy_pgettext("complaints", "Open")), Choice(CLOSED, lazy_pgettext("complaints", "Closed"))]


def _is(text: str) -> ColumnElement[bool]:
    opened: ColumnElement[bool] = COMPLAINTS.c.state.in_(OPEN_STATES)
    return opened if text == OPEN else not_(opened)


def _handlers() -> list[Choice]:
    """Oneself, nobody, and everybody who handles a complaint."""
    c = ACCOUNTS.c
    busy = exists().where(COMPLAINTS.c.handler_id == c.id)
    rows = db.session.execute(select(c.id, c.name).where(busy).order_by(c.name, c.id))
    special = [Choice(ME, _l("Myself")), Choice(NOBODY, _l("Nobody"))]
    return [*special, *(Choice(str(row.id), row.name) for row in rows)]


def _handled_by(text: str) -> ColumnElement[bool]:
    handler = COMPLAINTS.c.handler_id
    if text == NOBODY:
        found: ColumnElement[bool] = handler.is_(None)
    else:
        found = handler == (acting_user().id if text == ME else int(text))
    return found


def _unit() -> Any:
    """The department at the top of the tree above the one complained about: the member company (CMP-17)."""
    up, top = CLOSURE.alias(), DEPARTMENTS.alias()
    name = select(top.c.name).join(up, up.c.ancestor_id == top.c.id)
    name = name.where(up.c.descendant_id == COMPLAINTS.c.department_id, top.c.parent_id.is_(None))
    return name.correlate(COMPLAINTS).scalar_subquery()


def _units() -> list[Choice]:
    return [Choice(str(node.id), node.name) for node in departments() if not node.depth]


def _of_unit(key: str) -> ColumnElement[bool]:
    """Those about a department and all below it."""
    below = select(CLOSURE.c.descendant_id).where(CLOSURE.c.ancestor_id == int(key))
    found: ColumnElement[bool] = COMPLAINTS.c.department_id.in_(below)
    return found


def _departments() -> list[Choice]:
    return [Choice(str(node.id), "　" * node.depth + node.name) for node in departments()]


# ── beside customers ────────────────────────────────────────────────────────────────────────────────────────────


def _open_of() -> Any:
    """The open complaints of a customer, but for those about the reader: the figure would tell of them."""
    c = COMPLAINTS.c
    me = bindparam("complaints_reader", callable_=lambda: acting_user().id or 0, type_=BigInt, unique=True)
    return c.customer_id == CUSTOMERS.c.id, c.state.in_(OPEN_STATES), func.coalesce(c.accused_id, -1) != me


@cache
def customer_columns() -> list[Column]:
    """How many complaints of a customer are open; counted for the rows of a page only."""
    count = select(func.count()).select_from(COMPLAINTS).where(*_open_of()).correlate(CUSTOMERS).scalar_subquery()
    return [
        Column("complaints.open", _l("Open complaints"), count, permission=READ, render="count", order=75,
               filter=Filter("choice", _some, lambda _key: exists().where(*_open_of()).correlate(CUSTOMERS))),
    ]  # fmt: skip


def _some() -> list[Choice]:
    return [Choice("some", _l("Some are open"))]
