"""The named sections of the customer file, and who may see and change each (CUS-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kezhi import User, acting_user
from kezhi.i18n import _l


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file. Its two rights hold wherever its fields appear: page, form, timeline, import and export."""

    key: str
    title: Any
    icon: str
    reading: Any = ""  #: what the right to see it is called; the basic section is what ``customers.read`` shows
    writing: Any = ""

    @property
    def read(self) -> str:
        """The right to see its fields."""
        return f"customers.read_{self.key}" if self.reading else "customers.read"

    @property
    def write(self) -> str:
        """The right to change its fields."""
        return f"customers.write_{self.key}" if self.reading else "customers.write"


SECTIONS: dict[str, Section] = {
    section.key: section
    for section in (
        Section("basic", _l("Basic information"), "card-list"),
        Section(
            "organisation",
            _l("Organisation and owners"),
            "diagram-3",
            _l("See organisation and owners of a customer"),
            _l("Change organisation and owners of a customer"),
        ),
        Section(
            "people",
            _l("Key people"),
            "people",
            _l("See the key people of a customer"),
            _l("Change the key people of a customer"),
        ),
        Section(
            "traits",
            _l("Traits"),
            "fingerprint",
            _l("See the traits of a customer"),
            _l("Change the traits of a customer"),
        ),
        Section(
            "business",
            _l("Business state"),
            "graph-up",
            _l("See the business state of a customer"),
            _l("Change the business state of a customer"),
        ),
        Section(
            "trade",
            _l("Trade state"),
            "arrow-left-right",
            _l("See the trade state of a customer, its credit standing included"),
            _l("Change the trade state of a customer"),
        ),
        Section(
            "demand",
            _l("Demand"),
            "cart",
            _l("See the demand of a customer"),
            _l("Change the demand of a customer"),
        ),
        Section(
            "cooperation",
            _l("Co-operation"),
            "link-45deg",
            _l("See the co-operation with a customer"),
            _l("Change the co-operation with a customer"),
        ),
        Section(
            "other",
            _l("Other"),
            "three-dots",
            _l("See what else is known of a customer"),
            _l("Change what else is known of a customer"),
        ),
        Section(
            "analysis",
            _l("Our analysis"),
            "lightbulb",
            _l("See our analysis of a customer"),
            _l("Write an analysis of a customer"),
        ),
    )
}


def section_of(key: str) -> Section:
    """The section of a field, or of a field of a contact (``contact.phone``); whatever else is basic."""
    from .fields import FIELDS

    if key.startswith("contact."):
        return SECTIONS["people"]
    return SECTIONS[FIELDS[key].section] if key in FIELDS else SECTIONS["basic"]


def may_read(key: str, user: User | None = None) -> bool:
    """Whether somebody may see a field."""
    return (user or acting_user()).can(section_of(key).read)


def may_write(key: str, user: User | None = None) -> bool:
    """Whether somebody may change a field: nobody changes what they may not see."""
    user, section = user or acting_user(), section_of(key)
    return user.can(section.read) and user.can(section.write)


def writable(user: User | None = None) -> set[str]:
    """The fields that somebody may change, of the record itself."""
    from .fields import FIELDS

    sections = {key for key in SECTIONS if may_write_section(key, user)}
    return {key for key, field in FIELDS.items() if field.section in sections}


def may_write_section(key: str, user: User | None = None) -> bool:
    """Whether somebody may change what stands in a section."""
    user, section = user or acting_user(), SECTIONS[key]
    return user.can(section.read) and user.can(section.write)


def readable_sections(user: User | None = None) -> list[Section]:
    """The sections that somebody may see, in their order."""
    user = user or acting_user()
    return [section for section in SECTIONS.values() if user.can(section.read)]
