"""What the forms of complaints share: instants, choices of people and departments, both sides of a conflict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from wtforms import DateField, DateTimeLocalField, HiddenField, MultipleFileField, SelectField
from wtforms.fields.choices import SelectChoice

from kezhi import clock
from kezhi.builtin.accounts.services import active_people
from kezhi.builtin.accounts.services import tree as departments
from kezhi.forms import Form, choice
from kezhi.i18n import _


class Difference(NamedTuple):
    """A field in which the stored record and the form differ, as texts."""

    label: str
    stored: str
    typed: str


class DayField(DateField):
    """A day, or nothing; what is no day is said in so many words."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write the day like 2026-11-23.")) from None


class MomentField(DateTimeLocalField):
    """An instant as people write it, in the company's zone; ``instant`` is what is stored."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write day and time like 2026-11-23 09:30.")) from None
        if not 2000 <= self.data.year <= 2200:  # farther off, no zone could be reckoned with
            raise ValueError(_("Write day and time like 2026-11-23 09:30."))

    @property
    def instant(self) -> datetime | None:
        """In UTC; None when nothing was written."""
        if self.data is None:
            return None
        moment: datetime = self.data.replace(tzinfo=clock.company_zone())
        return moment.astimezone(UTC)


def whole(value: Any) -> int | None:
    """The id that an option stands for; None for none. Errors: ``ValueError``."""
    return int(value) if value not in (None, "", "None") else None


def nobody() -> SelectChoice:
    """The option that stands for none."""
    return choice("", "—")


def people(held: int | None = None, name: str = "") -> list[SelectChoice]:
    """Everybody who is here, and who is chosen already though they left."""
    found = active_people()
    rows = found if held is None or held in dict(found) else [*found, (held, name)]
    return [nobody(), *(choice(key, text) for key, text in rows)]


def places() -> list[SelectChoice]:
    """All departments as a tree."""
    return [nobody(), *(choice(node.id, "　" * node.depth + node.name) for node in departments())]


def differences(typed: Form, stored: Form) -> list[Difference]:
    """The fields in which what was typed is not what is stored."""
    return [
        Difference(str(field.label.text), shown(stored[field.name]), shown(field))
        for field in typed
        if not isinstance(field, HiddenField | MultipleFileField)
        and field.name in stored
        and shown(field) != shown(stored[field.name])
    ]


def shown(field: Any) -> str:
    """What a control holds, as people read it."""
    if isinstance(field, SelectField):
        return next((str(each.label).strip("　") for each in field.choices or () if each.value == _value(field)), "")
    if isinstance(field.data, bool):
        return str(_("Yes")) if field.data else str(_("No"))
    return "" if field.data is None else str(field.data)


def _value(field: Any) -> str:
    return "" if field.data is None else str(field.data)
