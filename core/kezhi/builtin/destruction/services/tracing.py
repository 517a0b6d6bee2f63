"""By which texts a customer and its people can be recognised wherever they were written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select

from kezhi import db

from ...accounts.models import Account
from ...customers.models import Contact, Customer, CustomerChange, MergedCustomer
from ...customers.services.protected import CUSTOMER_KEYS, lookups
from ..contributions import FILE, Subject
from .sweeping import CHUNK, MOST_IN_SQL
from .wording import Wording

CUSTOMERS, CONTACTS, MERGED = Customer.__table__, Contact.__table__, MergedCustomer.__table__
CHANGES, ACCOUNTS = CustomerChange.__table__, Account.__table__
OF_FIRM = ("name", "short_name", "credit_code")
OF_PERSONS = ("contact_name", "phone", "fax", "email", "legal_representative")
#: changed fields whose former values lead back as well
FORMER = (*OF_FIRM, *OF_PERSONS, "phone", "email")
SHORTEST = 4  #: shorter texts stand inside of others by chance
ALL = {"kezhi_unscoped": True}


def subject_of(customer_id: int, scope: str, reason: str) -> Subject:
    """Everything by which the customer is looked for. Seven statements, and one more per 500 texts."""
    merged = db.session.execute(
        select(MERGED.c.gone_id, MERGED.c.name).where(MERGED.c.customer_id == customer_id), execution_options=ALL
    ).all()
    fields = (*OF_FIRM, *OF_PERSONS) if scope == FILE else OF_PERSONS
    texts = _texts(customer_id, fields)
    if scope == FILE:
        texts |= {row.name for row in merged}
    texts = {text for text in texts if len(text) >= 2}
    shared = _shared(customer_id, texts)
    traces = tuple(sorted((text for text in texts if len(text) >= SHORTEST and text not in shared), key=len))[::-1]
    names = set() if scope != FILE else _texts(customer_id, ("name", "short_name"), people=False)
    whole = tuple(sorted(text for text in texts & names if text not in traces))
    ids = (customer_id, *(int(row.gone_id) for row in merged))
    return Subject(customer_id, ids, scope, traces, whole, reason)


def _texts(customer_id: int, fields: Iterable[str], people: bool = True) -> set[str]:
    row = db.session.execute(
        select(*(CUSTOMERS.c[name] for name in fields)).where(CUSTOMERS.c.id == customer_id), execution_options=ALL
    ).one()
    found = {str(value).strip() for value in row if value}
    found |= {re.sub(r"\D", "", row.phone)} if "phone" in row._fields and row.phone else set()  # as it is looked up by
    if people:
        former = select(CHANGES.c.old, CHANGES.c.new).where(
            CHANGES.c.customer_id == customer_id, CHANGES.c.field.in_(tuple(fields))
        )
        for old, new in db.session.execute(former, execution_options=ALL):
            found |= {old.strip(), new.strip()}
        contacts = select(CONTACTS.c.name, CONTACTS.c.phone, CONTACTS.c.email).where(
            CONTACTS.c.customer_id == customer_id
        )
        for contact in db.session.execute(contacts, execution_options=ALL):
            found |= {str(value).strip() for value in contact if value}
    return found - {"", "—"}


def _shared(customer_id: int, texts: set[str]) -> set[str]:
    """Texts that also belong to another customer or to one of us: they are not looked for inside of others' texts.

    Two statements, and one per 500 texts for what is found by its blind index only.
    """
    named = (CUSTOMERS.c.name, CUSTOMERS.c.short_name)
    found = _standing_in(texts, select(*named).where(CUSTOMERS.c.id != customer_id), named)
    found |= _standing_in(texts - found, select(ACCOUNTS.c.name, ACCOUNTS.c.login), (ACCOUNTS.c.name, ACCOUNTS.c.login))
    rest = sorted(texts - found)
    for at in range(0, len(rest), CHUNK):
        found |= _indexed(customer_id, rest[at : at + CHUNK])
    return found


def _standing_in(texts: set[str], statement: Any, columns: Sequence[Any]) -> set[str]:
    """Which of ``texts`` stand in one of the columns of some row."""
    left, found = set(texts), set[str]()
    if len(left) <= MOST_IN_SQL:
        statement = statement.where(or_(*(each.contains(text, autoescape=True) for each in columns for text in left)))
    if not left:
        return found
    wording = Wording(tuple(left), ())
    asked = statement.execution_options(**ALL, yield_per=2_000)
    for row in db.session.connection().execute(asked):
        line = "\n".join(value for value in row if value)
        if wording.is_in(line):
            here = {text for text in left if text in line}
            found, left = found | here, left - here
            if not left:
                break
    return found


def _indexed(customer_id: int, texts: Sequence[str]) -> set[str]:
    """Which of ``texts`` are the phone, e-mail or credit code of another customer."""
    meant: dict[str, dict[str, set[str]]] = {column: {} for column in CUSTOMER_KEYS}
    for text in texts:
        for column, keys in lookups(CUSTOMER_KEYS, {"phone": text, "email": text, "credit_code": text}).items():
            for key in keys:
                meant[column].setdefault(key, set()).add(text)
    columns = [CUSTOMERS.c[column] for column in CUSTOMER_KEYS]
    same = [CUSTOMERS.c[column].in_(list(keys)) for column, keys in meant.items() if keys]
    if not same:
        return set()
    statement = select(*columns).where(CUSTOMERS.c.id != customer_id, or_(*same))
    found = set[str]()
    for row in db.session.execute(statement, execution_options=ALL):
        for column, key in row._mapping.items():
            found |= meant[column].get(key, set())
    return found
