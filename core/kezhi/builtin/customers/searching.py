"""How customers are found, in the search box and in their list.

What is sealed is found by the complete number or address only, through its blind index (CUS-11).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from kezhi import lazy_gettext as _l

from ..search.contributions import SearchKind
from .models import Contact, Customer
from .sections import may_read
from .services.protected import CONTACT_KEYS, CUSTOMER_KEYS, lookups

_NUMBER = re.compile(r"[\d+][\d\s()+.-]{5,30}")
_CODE = re.compile(r"[0-9A-Za-z]{18}")


def named_exactly(text: str) -> ColumnElement[bool] | None:
    """The customers with this phone number, e-mail or credit code, or with a key person who has it."""
    typed = unicodedata.normalize("NFKC", text).strip()
    values = {}
    if "@" in typed and " " not in typed:
        values["email"] = typed
    elif _CODE.fullmatch(typed):
        values["credit_code"] = typed
    elif _NUMBER.fullmatch(typed):
        values["phone"] = typed
    own, people = Customer.__table__.c, Contact.__table__.c
    found = [own[key].in_(each) for key, each in lookups(CUSTOMER_KEYS, values).items()]
    ids = []
    if found:
        ids.append(select(own.id).where(or_(*found)))
    theirs = [people[key].in_(each) for key, each in lookups(CONTACT_KEYS, values).items()]
    if theirs and may_read("contact.phone"):
        ids.append(select(people.customer_id).where(or_(*theirs)))
    key: Any = Customer.id
    return or_(*(key.in_(each) for each in ids)) if ids else None


def search_kind() -> SearchKind:
    """Customers by code, prospect number and either name; by the complete credit code, phone number or e-mail too."""
    fields: Any = Customer
    return SearchKind(
        key="customers",
        title=_l("Customers"),
        model=Customer,
        endpoint="customers.show",
        argument="customer_id",
        permission="customers.read",
        heading=fields.name,
        codes=(fields.code, fields.prospect_number),
        names=(fields.name, fields.short_name),
        notes=(func.coalesce(fields.code, fields.prospect_number), fields.region),
        list_endpoint="customers.index",
        icon="building",
        order=10,
        exact=named_exactly,
    )
