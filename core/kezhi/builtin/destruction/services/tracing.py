"""By which texts a customer and its people can be recognised wherever they were written down."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import func, or_, select

from kezhi import db

from ...accounts.models import Account
from ...customers.models import Contact, Customer, CustomerChange, MergedCustomer
from ...customers.services.protected import CUSTOMER_KEYS, lookups
from ..contributions import FILE, Subject

CUSTOMERS, CONTACTS, MERGED = Customer.__table__, Contact.__table__, MergedCustomer.__table__
CHANGES, ACCOUNTS = CustomerChange.__table__, Account.__table__
OF_FIRM = ("name", "short_name", "credit_code")
OF_PERSONS = ("contact_name", "phone", "fax", "email", "legal_representative")
#: changed fields whose former values lead back as well
FORMER = (*OF_FIRM, *OF_PERSONS, "phone", "email")
SHORTEST = 4  #: shorter texts stand inside of others by chance
ALL = {"kezhi_unscoped": True}


def subject_of(customer_id: int, scope: str, reason: str) -> Subject:
    """Everything by which the customer is looked for. Five statements."""
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


def _keys(text: str) -> dict[str, list[str]]:
    """What a record has as its blind indexes whose phone, e-mail or credit code is this text."""
    return lookups(CUSTOMER_KEYS, {"phone": text, "email": text, "credit_code": text})


def _shared(customer_id: int, texts: set[str]) -> set[str]:
    """Texts that also belong to another customer or to one of us: they are not looked for inside of others' texts."""
    found = set()
    for text in sorted(texts):
        others = (
            select(func.count())
            .select_from(CUSTOMERS)
            .where(
                CUSTOMERS.c.id != customer_id,
                or_(
                    CUSTOMERS.c.name.contains(text, autoescape=True),
                    CUSTOMERS.c.short_name.contains(text, autoescape=True),
                    *(CUSTOMERS.c[column].in_(keys) for column, keys in _keys(text).items()),
                ),
            )
        )
        ours = (
            select(func.count())
            .select_from(ACCOUNTS)
            .where(or_(ACCOUNTS.c.name.contains(text, autoescape=True), ACCOUNTS.c.login == text))
        )
        if db.session.scalar(others, execution_options=ALL) or db.session.scalar(ours, execution_options=ALL):
            found.add(text)
    return found
