"""What of the customer file is sealed in the database, and by what it is looked up all the same (CUS-11).

A blind index is a keyed digest of the normalised value. The same names are used for customers and their key people, so
that one typed number finds both. Rows that the job has not taken up yet hold the normalised value itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...protection.fields import NOTHING, UNREADABLE, blind, blinds, named, writer
from ...protection.services.resealing import SealedTable
from ..fields import CONTACT_PROTECTED, FIELDS
from ..models import Analysis, Contact, Customer, CustomerChange, Profile
from .texts import email_key, phone_key, tidy, tidy_code

#: names under which the history keeps changes of protected fields
NAMES = frozenset(key for key, field in FIELDS.items() if field.protected) | {
    f"contact.{key}" for key in CONTACT_PROTECTED
}


def _code_key(text: str) -> str:
    return tidy_code(text).upper()


#: column with a blind index: the field it is of, what it is called, and how the value is normalised
Keys = Mapping[str, tuple[str, str, Callable[[str], str]]]
CUSTOMER_KEYS: Keys = {
    "credit_code_key": ("credit_code", "credit_code", _code_key),
    "phone_key": ("phone", "phone", phone_key),
    "email_key": ("email", "email", email_key),
}
CONTACT_KEYS: Keys = {
    "name_key": ("name", "person", tidy),
    "phone_key": ("phone", "phone", phone_key),
    "email_key": ("email", "email", email_key),
}


def blind_keys(keys: Keys, values: Mapping[str, Any]) -> dict[str, str]:
    """The blind indexes that follow from those of ``values`` that have one."""
    return {
        column: blind(name, normal(str(values[field] or "")))
        for column, (field, name, normal) in keys.items()
        if field in values
    }


def index_of(keys: Keys, field: str) -> Callable[[Any], dict[str, str]] | None:
    """What makes the blind indexes of a value of ``field``; None when it has none."""
    if not any(own == field for own, _name, _normal in keys.values()):
        return None
    return lambda value: blind_keys(keys, {field: value})


def lookups(keys: Keys, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """By column, what a record with one of these values has there: its blind index by any key in use, or none yet."""
    found = {}
    for column, (field, name, normal) in keys.items():
        text = normal(str(values.get(field) or ""))
        if text:
            found[column] = [*blinds(name, text), text]
    return found


def kept(field: str, token: str, text: str) -> str:
    """A former or new value of a field on its way into the history."""
    if field not in NAMES:
        return text
    return named(f"customers.{field}", token, text.removeprefix(UNREADABLE))  # that nobody could read it is kept


def seal_version_of(field: str) -> int:
    """The ``seal_version`` of an entry of the history about this field that is made now."""
    return writer().version if field in NAMES else NOTHING


CustomerChange.__table__.info["kezhi_protected_names"] = NAMES


def sealed_tables() -> list[SealedTable]:
    """The tables with protected columns, for the job that brings them under the key in force."""
    return [
        SealedTable(Customer.__table__, lambda opened: blind_keys(CUSTOMER_KEYS, opened)),
        SealedTable(Profile.__table__),
        SealedTable(Contact.__table__, lambda opened: blind_keys(CONTACT_KEYS, opened)),
        SealedTable(Analysis.__table__),
        SealedTable(CustomerChange.__table__),
    ]
