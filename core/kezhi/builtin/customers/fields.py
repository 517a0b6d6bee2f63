"""The fields of the customer file: their section, label and kind. Form, page, timeline and imports read this table.

Who may see and who may change a field follows from its section (``sections.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kezhi.i18n import _l, lazy_pgettext

from .field import LONGEST_TEXT, NUMBERS, Field, Kind
from .fields_basic import BASIC, GROUPS
from .fields_more import MORE

FIELDS: dict[str, Field] = {field.key: field for field in (*BASIC, *MORE)}

#: What a form or a file can never set, with its label for the timeline.
OTHER_LABELS: dict[str, Any] = {
    "code": _l("Customer code"),
    "prospect_number": _l("Prospect number"),
    "owner_id": _l("Owner"),
    "department_id": _l("Department"),
}

#: What is kept of each key person. Their changes stand in the customer's history as ``contact.<key>``.
CONTACT_LABELS: dict[str, Any] = {
    "name": lazy_pgettext("person", "Name"),
    "post": _l("Post"),
    "decision_role": _l("Role in the purchase decision"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
    "birthday": _l("Birthday"),
    "preferences": _l("Preferences"),
    "notes": _l("Notes"),
    "is_primary": _l("Main contact"),
    "left_on": _l("Left on"),
}

#: Of a key person: sealed in the database (CUS-11).
CONTACT_PROTECTED = ("name", "post", "phone", "email", "birthday", "preferences", "notes")

#: Fields chosen from a list of the company.
LISTS = tuple(key for key, field in FIELDS.items() if field.kind == "list")
#: Fields of the record's own table, and of the table of long sections.
OWN = tuple(key for key, field in FIELDS.items() if field.place == "customer")
PROFILE = tuple(key for key, field in FIELDS.items() if field.place == "profile")
#: Fields that a column of a file can fill.
COLUMNS = (*OWN, *PROFILE, "product_groups")


def label(key: str) -> Any:
    """How people call a field."""
    if key in FIELDS:
        return FIELDS[key].label
    if key == "contact.name":
        return _l("Key person")
    if key.startswith("contact."):
        return CONTACT_LABELS.get(key.removeprefix("contact."), key)
    return OTHER_LABELS.get(key, key)


def section_fields(section: str, keep: Callable[[Field], bool] = lambda field: True) -> list[Field]:
    """The fields of one section, in order."""
    return [field for field in FIELDS.values() if field.section == section and keep(field)]


__all__ = [
    "BASIC", "COLUMNS", "CONTACT_LABELS", "CONTACT_PROTECTED", "FIELDS", "GROUPS", "LISTS", "LONGEST_TEXT", "MORE",
    "NUMBERS", "OTHER_LABELS", "OWN", "PROFILE", "Field", "Kind", "label", "section_fields",
]  # fmt: skip
