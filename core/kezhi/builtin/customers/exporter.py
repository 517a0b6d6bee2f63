"""Customer files and their key people as files that the importers read back unchanged (CUS-08).

Columns of sections that somebody may not see stay empty: read back, an empty cell leaves what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select, true

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.visibility import visible_where

from ..accounts.models import Account, Department
from ..imports.contributions import Exporter
from .fields import COLUMNS, FIELDS, NUMBERS, PROFILE
from .importer.staged import groups_of_customer
from .models import Contact, Customer, Profile
from .sections import may_read
from .services import lists
from .services.amounts import number_text
from .services.contacts import KEYS
from .services.values import shown

HEADER = ("code", "prospect_number", *COLUMNS, "owner", "department")
CONTACT_HEADER = ("customer_code", "prospect_number", *KEYS)
#: Rows fetched at once.
CHUNK = 1_000

PEOPLE, SECTION_ROWS = Contact.__table__, Profile.__table__


def exporter() -> Exporter:
    """The exporter of kind ``customers``."""
    return Exporter(
        kind="customers", title=_l("Customer files"), permission="customers.export", header=HEADER, rows=rows
    )


def contact_exporter() -> Exporter:
    """The exporter of kind ``contacts``."""
    return Exporter(
        kind="contacts",
        title=_l("Key people"),
        permission="customers.export",
        header=CONTACT_HEADER,
        rows=contact_rows,
    )


def rows() -> Iterator[Sequence[str]]:
    """The records that the acting user may see, in the order they were opened."""
    own = [_stored(key) for key in HEADER[:-2]]
    condition = visible_where(Customer)
    statement = (
        select(*own, Account.login, Department.name)
        .select_from(Customer)
        .join(SECTION_ROWS, SECTION_ROWS.c.customer_id == Customer.id, isouter=True)
        .join(Account, Account.id == Customer.owner_id, isouter=True)
        .join(Department, Department.id == Customer.department_id, isouter=True)
        .where(true() if condition is None else condition)
        .order_by(Customer.id)
        .execution_options(yield_per=CHUNK)
    )
    writers = [_writer(key) for key in HEADER]
    for found in db.session.execute(statement):
        yield [write(value) for write, value in zip(writers, found, strict=True)]


def _stored(key: str) -> Any:
    if key == "product_groups":
        return groups_of_customer()
    return SECTION_ROWS.c[key] if key in PROFILE else getattr(Customer, key)


def _writer(key: str) -> Callable[[Any], str]:
    """How the values of a column are written: as people type them."""
    if not may_read(key):
        return lambda value: ""
    kind = FIELDS[key].kind if key in FIELDS else "text"
    if kind in NUMBERS:
        return lambda value: number_text(kind, value)
    if kind == "list":
        texts = {entry["key"]: lists.text_of(key, entry["key"]) for entry in lists.all_entries(key)}
        return lambda value: texts.get(value, value or "")
    if kind == "groups":
        return lambda value: lists.groups_shown(value or "")
    return lambda value: shown(key, value)


def contact_rows() -> Iterator[Sequence[str]]:
    """The key people of the customers that the acting user may see, by customer code."""
    user_sees = may_read("contact.name")
    condition = visible_where(Customer)
    statement = (
        select(Customer.code, Customer.prospect_number, *(PEOPLE.c[key] for key in KEYS))
        .select_from(Customer)
        .join(PEOPLE, PEOPLE.c.customer_id == Customer.id)
        .where(true() if condition is None else condition)
        .order_by(PEOPLE.c.customer_id, PEOPLE.c.id)
        .execution_options(yield_per=CHUNK)
    )
    roles = {entry["key"]: lists.text_of("decision_role", entry["key"]) for entry in lists.all_entries("decision_role")}
    for code, number, *found in db.session.execute(statement) if user_sees else ():
        cells = dict(zip(KEYS, found, strict=True))
        cells |= {"decision_role": roles.get(cells["decision_role"], cells["decision_role"])}
        yield [code or "", number or "", *(_cell(value) for value in cells.values())]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return shown("", value)
