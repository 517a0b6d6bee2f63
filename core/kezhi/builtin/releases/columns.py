"""Columns of the two lists: data requests, and the register of external releases."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Text, case, func, literal, or_, select

from kezhi import Choice, Column, Filter, acting_user, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.cells import Cell, Renderer
from kezhi.i18n import lazy_pgettext

from ..accounts.models import Account, Department
from ..customers.models import Customer
from .models import DataRequest, Release, ReleaseLine, RequestLine
from .states import sql_release_state, sql_state
from .words import DESTINATIONS, KINDS, RELEASE_STATES, RELEASE_TONES, STATES, TONES

# Tables, not classes: the rows are narrowed already to those that the user sees.
REQUESTS: Any = DataRequest.__table__
RELEASES: Any = Release.__table__
ASKED: Any = RequestLine.__table__
GIVEN: Any = ReleaseLine.__table__
CUSTOMERS: Any = Customer.__table__

#: text that stands on the cards of a phone too
BRIEF = Renderer(lambda cell: cell.text or "—", lambda cell: cell.text, phone="x")

SHORT = 20  #: characters of a long text that a row shows; all of it stands on the page that the row opens


def _short(cell: Cell) -> str:
    text = cell.text or "—"
    return text if len(text) <= SHORT else Markup('<span title="{}">{}…</span>').format(text, text[:SHORT].rstrip())


#: the beginning of a long text: whole ones push the last columns out of a page
LONG = Renderer(_short, lambda cell: cell.text)


def named(column: Any, words: dict[str, Any]) -> Any:
    """A column with its words in the user's language."""
    return case(*((column == key, literal(str(text), Text())) for key, text in words.items()), else_=column)


def _choices(words: dict[str, Any]) -> Any:
    return lambda: [Choice(key, text) for key, text in words.items()]


def request_columns() -> list[Column]:
    """The list of data requests. The state follows from the time at which it is read."""
    row, state = REQUESTS.c, sql_state()
    who = select(Account.name).where(Account.id == row.requester_id).correlate(REQUESTS).scalar_subquery()
    place = select(Department.name).where(Department.id == row.department_id).correlate(REQUESTS).scalar_subquery()
    customers = _count(ASKED, ASKED.c.request_id == row.id, REQUESTS)
    return [
        Column("number", _l("Request number"), row.number, sortable=True, default=True, render="name", order=1),
        Column("kind", _l("Kind of data"), named(row.kind, KINDS), default=True, render=BRIEF, order=2,
               filter=Filter("choice", _choices(KINDS), lambda key: row.kind == key)),
        Column("state", _l("State"), state, default=True, render="chip", order=3,
               filter=Filter("choice", _choices(STATES)), extra=(case(TONES, value=state),)),
        Column("purpose", _l("Purpose"), row.purpose, default=True, render=BRIEF, order=4,
               filter=Filter("text", apply=lambda text: row.purpose.icontains(text, autoescape=True))),
        Column("customers", _l("Customers"), customers, default=True, render="count", order=5,
               filter=Filter("text", apply=lambda text: row.id.in_(_of(ASKED, ASKED.c.request_id, text)))),
        Column("scope", _l("Whose data, in words"), row.scope, order=6),
        Column("requester", _l("Asked by"), who, default=True, render="person", order=7),
        Column("department", _l("Department"), place, order=8),
        Column("asked_at", _l("Asked at"), row.asked_at, sortable=True, default=True, render="instant", order=9,
               filter=Filter("date")),
        Column("due_at", _l("To be answered by"), row.due_at, sortable=True, default=True, render="instant", order=10,
               filter=Filter("date")),
        Column("destination", _l("Where it goes"), named(row.destination, DESTINATIONS), order=11,
               filter=Filter("choice", _choices(DESTINATIONS), lambda key: row.destination == key)),
        Column("recipient", _l("Recipient outside"), row.recipient, order=12),
        Column("until", _l("Needed until"), row.until, render="date", order=13, filter=Filter("date")),
        Column("closed_at", _l("Closed at"), row.closed_at, render="instant", order=14, filter=Filter("date")),
        Column("approval_number", _l("Approval request"), row.approval_number, render="code", order=15),
    ]  # fmt: skip


def release_columns() -> list[Column]:
    """The register of external releases."""
    row, state = RELEASES.c, sql_release_state()
    who = select(Account.name).where(Account.login == row.released_by).correlate(RELEASES).scalar_subquery()
    request = select(REQUESTS.c.number).where(REQUESTS.c.id == row.request_id).correlate(RELEASES).scalar_subquery()
    customers = _count(GIVEN, GIVEN.c.release_id == row.id, RELEASES)
    contains = _contains
    return [
        Column("number", _l("Release number"), row.number, sortable=True, default=True, render="name", order=1),
        Column("released_on", _l("Released on"), row.released_on, sortable=True, default=True, render="date", order=2,
               filter=Filter("date")),
        Column("organisation", _l("Recipient"), row.organisation, default=True, render=BRIEF, order=3,
               filter=Filter("text", apply=contains(row.organisation))),
        Column("person", _l("Received by"), Release.person, order=4),
        Column("contact", _l("Contact of the recipient"), Release.contact, order=5),
        Column("purpose", _l("Purpose"), row.purpose, default=True, render=LONG, order=6,
               filter=Filter("text", apply=contains(row.purpose))),
        Column("content", _l("What was given"), row.content, default=True, render=LONG, order=7,
               filter=Filter("text", apply=contains(row.content))),
        Column("edition", lazy_pgettext("release", "Version"), row.edition, default=True, order=8,
               filter=Filter("text", apply=contains(row.edition))),
        Column("customers", _l("Customers"), customers, render="count", order=9,
               filter=Filter("text", apply=lambda text: row.id.in_(_of(GIVEN, GIVEN.c.release_id, text)))),
        Column("released_by", _l("Released by"), who, default=True, render="person", order=10),
        Column("request", _l("Data request"), request, render="code", order=11),
        Column("state", _l("State"), state, default=True, render="chip", order=12,
               filter=Filter("choice", _choices(RELEASE_STATES)), extra=(case(RELEASE_TONES, value=state),)),
        Column("registered_at", _l("Registered at"), row.registered_at, render="instant", order=13,
               filter=Filter("date")),
        Column("digest", _l("Digest of the entry"), row.digest, order=14),
    ]  # fmt: skip


def _contains(column: Any) -> Any:
    return lambda text: column.icontains(text, autoescape=True)


def _count(lines: Any, of_parent: ColumnElement[bool], parent: Any) -> Any:
    """How many customers a row names, each once: a number tells nothing of those whom the user does not see."""
    counted = select(func.count(lines.c.customer_id.distinct())).where(of_parent)
    return counted.correlate(parent).scalar_subquery()


def _of(lines: Any, parent: Any, text: str) -> Any:
    """The rows that name a customer whom the user sees, by code or prospect number."""
    code = text.strip()
    named_so = [or_(CUSTOMERS.c.code == code, CUSTOMERS.c.prospect_number == code)]
    seen = visible_ids(Customer, acting_user())
    if seen is not None:
        named_so.append(CUSTOMERS.c.id.in_(seen))
    return select(parent).where(lines.c.customer_id.in_(select(CUSTOMERS.c.id).where(*named_so)))
