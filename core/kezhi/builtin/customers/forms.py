"""The form of a customer file: controls by the table of fields, owners and departments among the visible ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from kezhi import Refused, acting_user, currency
from kezhi.forms import Form, SelectChoice, fill_errors
from kezhi.i18n import _, _l

from .fields import FIELDS, GROUPS, LISTS, NUMBERS, Field, section_fields
from .sections import SECTIONS, Section, writable
from .services import Invalid, choosable_departments, choosable_owners, lists
from .services.amounts import number_text
from .services.people import ASSIGN
from .services.records import LONGEST_CODE
from .services.values import checked, shown

RESPONSIBLE = ("owner_id", "department_id")
HELP = {
    "name": _l("As on the business licence"),
    "credit_code": _l("18 characters; the check digit is verified before saving"),
    "website": _l("Like www.company.cn"),
    "market_share": _l("In percent, like 12.5"),
    "contact_name": _l("The firm's general contact; key people have a list of their own"),
    "region": _l("Choose one, or write another: it is then proposed for the list"),
}
LONGEST_MARK = 40


@dataclass(frozen=True, slots=True)
class FormSection:
    """The controls of a section that the user may change, under their headings."""

    section: Section
    groups: list[tuple[Any, list[Any]]]

    @property
    def controls(self) -> list[Any]:
        return [control for _title, controls in self.groups for control in controls]

    @property
    def wrong(self) -> int:
        """How many controls have an error."""
        return sum(bool(control.errors) for control in self.controls)


class Names:
    """The choices of a control, read when they are shown: a form that is saved at once has no need of them."""

    def __init__(self, read: Callable[[], dict[int, str]], kept: int | None) -> None:
        self.read, self.kept = read, kept

    def __iter__(self) -> Iterator[SelectChoice]:
        names = self.read()
        if self.kept is not None and self.kept not in names:
            names[self.kept] = _("as before")
        return iter([SelectChoice(0, "—"), *(SelectChoice(each, name) for each, name in names.items())])


class Suggestions:
    """What a browser proposes beside a control: read when it is shown, as the names are."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __iter__(self) -> Iterator[str]:
        return iter([text for _key, text in lists.choices(self.name)])


class BaseForm(Form):
    """What every form of a customer file has besides its fields.

    Whom one may make responsible is checked by the rule that stores it, for all ways in alike.
    """

    owner_id = SelectField(_l("Owner"), coerce=int, default=0, validators=[Optional()], validate_choice=False)
    department_id = SelectField(_l("Department"), coerce=int, default=0, validators=[Optional()], validate_choice=False)
    save_anyway = BooleanField(_l("Save all the same"))
    stored: Mapping[str, Any] | None = None  #: the record as it is
    cleaned: Mapping[str, Any] = MappingProxyType({})  #: what was sent as it is stored, once the form was found valid

    def prepare(self, stored: Mapping[str, Any] | None, may_assign: bool = True) -> None:
        """Fill in the choices, and leave out what the user may not change. Must run before validation.

        What stands in the record stays choosable, a retired entry too.
        """
        self.stored = stored
        for key in FIELDS.keys() - writable():
            del self[key]
        for key in (*LISTS, "product_groups"):
            if key in self:
                self._offer(key, str((stored or {}).get(key) or ""))
        if not (may_assign and acting_user().can(ASSIGN)):
            del self.owner_id, self.department_id
            return
        for key, names in (("owner_id", choosable_owners), ("department_id", choosable_departments)):
            self[key].choices = Names(names, (stored or {}).get(key))

    def _offer(self, key: str, kept: str) -> None:
        name = "product_group" if key == "product_groups" else key
        if FIELDS[key].is_free:
            self[key].suggestions = Suggestions(name)
            return
        choices = [SelectChoice(each, text) for each, text in lists.choices(name)]
        offered = {each.value for each in choices}
        for each in lists.group_keys(kept) if name == "product_group" else [kept]:
            if each and each not in offered:
                choices.append(SelectChoice(each, lists.text_of(name, each)))
        self[key].choices = choices if name == "product_group" else [SelectChoice("", "—"), *choices]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every fault at once: what only the rules of the file can tell stands beside what the controls tell."""
        valid = bool(super().validate(extra_validators))
        sent = {key: value for key, value in self.values().items() if not self[key].errors}
        self.cleaned, errors = checked(sent, self.stored)
        for key, message in errors.items():
            fill_errors(self, Refused(message, field=key))
        return valid and not errors

    def values(self) -> dict[str, Any]:
        """What was sent, by field of the record. A field that was not sent at all is left out."""
        found = {key: self[key].data for key in FIELDS if key in self and self[key].raw_data}
        if "product_groups" in self:  # no tick at all is sent as nothing
            found["product_groups"] = list(self["product_groups"].data or ())
        for key in RESPONSIBLE:
            if key in self and self[key].raw_data:
                found[key] = self[key].data or None
        return found

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these values; controls would else repeat what was sent (``raw_data``)."""
        for key in FIELDS:
            if key in self:
                self[key].raw_data = None
                self[key].data = as_typed(FIELDS[key], values.get(key))
        for key in RESPONSIBLE:
            if key in self:
                self[key].data = values.get(key) or 0

    def refuse(self, refused: Refused) -> None:
        """Put every fault to its field."""
        errors = refused.errors if isinstance(refused, Invalid) else {refused.field: str(refused)}
        for field, message in errors.items():
            fill_errors(self, Refused(message, field=field))

    @property
    def sections(self) -> list[FormSection]:
        """The controls by section, in their order; sections that the user may not change are left out."""
        found = []
        for section in SECTIONS.values():
            groups = []
            for group, title in GROUPS.items():
                fields = section_fields(section.key, lambda field, group=group: field.group == group)  # type: ignore[misc]
                controls = [self[field.key] for field in fields if field.key in self]
                if controls:
                    groups.append((title, controls))
            if groups:
                found.append(FormSection(section, groups))
        return found

    @property
    def responsible(self) -> list[Any]:
        """The controls of owner and department, if the user may choose them."""
        return [self[key] for key in RESPONSIBLE if key in self]


def as_typed(field: Field, value: Any) -> Any:
    """A stored value as its control holds it."""
    if field.kind == "date":
        return value
    if field.kind in NUMBERS:
        # the unit stands behind the control
        return number_text(field.kind, value).removesuffix("%") if value is None or isinstance(value, int) else value
    if field.kind == "groups":
        return lists.group_keys(value or "") if isinstance(value or "", str) else list(value)
    if field.is_free:
        return lists.text_of(field.key, value or "")
    return value or ""


def _control(field: Field) -> Any:
    help_text = HELP.get(field.key, "")
    if field.kind == "date":
        return DateField(field.label, validators=[Optional()], description=help_text)
    if field.kind == "groups":
        return SelectMultipleField(
            field.label,
            validators=[Optional()],
            description=help_text,
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    if field.kind == "list" and not field.is_free:
        return SelectField(field.label, default="", description=help_text)
    required = [InputRequired()] if field.key == "name" else [Optional()]
    kind = TextAreaField if field.kind == "long" else StringField
    longest = field.longest or 40
    extra: dict[str, Any] = {"rows": 4 if field.key == "notes" else 3} if field.kind == "long" else {}
    if field.kind in NUMBERS:
        extra = {"inputmode": "decimal", "autocomplete": "off"}
    if field.is_free:
        extra = {"list": f"{field.key}-list"}
    return kind(
        field.label,
        validators=[*required, Length(max=longest)],
        description=help_text,
        render_kw={"maxlength": longest, **extra},
    )


_CONTROLS: dict[str, Any] = {field.key: _control(field) for field in FIELDS.values()}
_Fields: Any = type("_Fields", (BaseForm,), _CONTROLS)


class NewForm(_Fields):  # type: ignore[misc]
    """A new file: with a code of one's own choice, or as a prospect."""

    code = StringField(
        _l("Customer code"), validators=[Optional(), Length(max=LONGEST_CODE)], description=_l("Empty: by the rule")
    )
    prospect = BooleanField(_l("Prospect, not yet recognised as a customer"))


class EditForm(_Fields):  # type: ignore[misc]
    """A file that is being changed: ``version`` and ``base`` say what was on the screen when it was opened."""

    version = IntegerField(widget=HiddenInput())
    base = HiddenField()

    def open(self, stored: Mapping[str, Any]) -> None:
        """Show the record as it is."""
        self.fill(stored)
        self.remember_base(stored)

    def remember_base(self, stored: Mapping[str, Any]) -> None:
        """Note what the record held when the form was filled in, for a later conflict."""
        self.version.data, self.version.raw_data = stored["version"], None
        held = [key for key in (*FIELDS, *RESPONSIBLE) if key in self]
        self.base.data = json.dumps({key: mark(shown(key, stored[key])) for key in held}, ensure_ascii=False)

    def base_values(self) -> dict[str, str]:
        """Marks of what the record held when the form was opened; empty when that is not known."""
        try:
            found = json.loads(self.base.data or "{}")
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def mark(text: str) -> str:
    """What tells a text from others: itself, or a hash of a long one, so that a form does not carry it twice."""
    return text if len(text) <= LONGEST_MARK else sha256(text.encode()).hexdigest()


def form_units() -> dict[str, str]:
    """What stands behind the controls of figures."""
    code = currency()
    units = {"money": "¥" if code == "CNY" else code, "percent": "%"}
    return {key: units[field.kind] for key, field in FIELDS.items() if field.kind in units}
