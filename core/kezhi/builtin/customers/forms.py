"""The form of a customer file: controls by the table of fields, owners and departments among the visible ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from kezhi import Refused, acting_user
from kezhi.forms import Form, SelectChoice, fill_errors
from kezhi.i18n import _, _l

from .fields import FIELDS, LISTS, SECTIONS, Field, section_fields
from .services import Invalid, choosable_departments, choosable_owners, lists
from .services.people import ASSIGN
from .services.records import LONGEST_CODE
from .services.values import shown

RESPONSIBLE = ("owner_id", "department_id")
HELP = {
    "name": _l("As on the business licence"),
    "credit_code": _l("18 characters; the check digit is verified before saving"),
    "website": _l("Like www.company.cn"),
}


class BaseForm(Form):
    """What every form of a customer file has besides its fields."""

    owner_id = SelectField(_l("Owner"), coerce=int, default=0, validators=[Optional()])
    department_id = SelectField(_l("Department"), coerce=int, default=0, validators=[Optional()])
    save_anyway = BooleanField(_l("Save all the same"))

    def prepare(self, stored: Mapping[str, Any] | None) -> None:
        """Fill in the choices; what stands in the record stays choosable. Must run before validation."""
        for key in LISTS:
            choices = [SelectChoice("", "—")]
            choices += [SelectChoice(entry["key"], lists.text_of(key, entry["key"])) for entry in lists.entries(key)]
            kept = str((stored or {}).get(key) or "")
            if kept and kept not in {each.value for each in choices}:
                choices.append(SelectChoice(kept, kept))
            self[key].choices = choices
        if not acting_user().can(ASSIGN):
            del self.owner_id, self.department_id
            return
        for key, names in (("owner_id", choosable_owners()), ("department_id", choosable_departments())):
            kept_id = (stored or {}).get(key)
            if kept_id is not None and kept_id not in names:
                names[kept_id] = _("as before")
            self[key].choices = [SelectChoice(0, "—"), *(SelectChoice(each, name) for each, name in names.items())]

    def values(self) -> dict[str, Any]:
        """What was sent, by field of the record. A field that was not sent at all is left out."""
        found = {key: self[key].data for key in FIELDS if self[key].raw_data}
        for key in RESPONSIBLE:
            if key in self and self[key].raw_data:
                found[key] = self[key].data or None
        return found

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these values; controls would else repeat what was sent (``raw_data``)."""
        for key in FIELDS:
            self[key].raw_data = None
            self[key].data = values.get(key) if FIELDS[key].kind == "date" else values.get(key) or ""
        for key in RESPONSIBLE:
            if key in self:
                self[key].data = values.get(key) or 0

    def refuse(self, refused: Refused) -> None:
        """Put every fault to its field."""
        errors = refused.errors if isinstance(refused, Invalid) else {refused.field: str(refused)}
        for field, message in errors.items():
            fill_errors(self, Refused(message, field=field))

    @property
    def sections(self) -> list[tuple[str, Any, list[Any]]]:
        """The controls by section: key, title, controls."""
        return [(key, title, [self[field.key] for field in section_fields(key)]) for key, title in SECTIONS.items()]

    @property
    def responsible(self) -> list[Any]:
        """The controls of owner and department, if the user may choose them."""
        return [self[key] for key in RESPONSIBLE if key in self]


def _control(field: Field) -> Any:
    help_text = HELP.get(field.key, "")
    if field.kind == "date":
        return DateField(field.label, validators=[Optional()], description=help_text)
    if field.kind == "list":
        return SelectField(field.label, default="", description=help_text)
    required = [InputRequired()] if field.key == "name" else [Optional()]
    kind = TextAreaField if field.kind == "long" else StringField
    extra = {"rows": 4} if field.kind == "long" else {}
    return kind(
        field.label,
        validators=[*required, Length(max=field.longest)],
        description=help_text,
        render_kw={"maxlength": field.longest, **extra},
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
        self.base.data = json.dumps({key: shown(key, stored[key]) for key in (*FIELDS, *RESPONSIBLE)})

    def base_values(self) -> dict[str, str]:
        """What the record held when the form was opened, as text; empty when that is not known."""
        try:
            found = json.loads(self.base.data or "{}")
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
