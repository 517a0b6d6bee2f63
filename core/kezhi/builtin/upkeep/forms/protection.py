"""The forms of data protection: the person, procedures, security checks, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import User
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from .. import checklist
from ..models import CheckItem
from ..services.checking import LONGEST_TEXT
from ..services.protecting import LONGEST_NOTE, LONGEST_TITLE
from ..services.protecting import LONGEST_TEXT as LONGEST_PROCEDURE

DAY = _l("Choose a day.")
NOBODY = ("", "—")


class OfficerForm(Form):
    """Who answers for the protection of customer data, from when on."""

    person = SelectField(_l("Person"), [InputRequired(_l("Choose a person."))], choices=[])
    from_on = DateField(_l("First day"), [InputRequired(DAY)])
    note = StringField(_l("Note"), [Optional(), Length(max=LONGEST_NOTE)])

    def prepare(self, people: Iterable[User]) -> None:
        """Who can be chosen."""
        self.person.choices = [choice(*NOBODY), *(choice(each.id, each.name) for each in people)]


class ProcedureForm(Form):
    """A new version of the procedures."""

    title = StringField(_l("Title"), [InputRequired(_l("A title is needed.")), Length(max=LONGEST_TITLE)])
    text = TextAreaField(
        _l("Text"), [InputRequired(_l("Write the procedures.")), Length(max=LONGEST_PROCEDURE)], render_kw={"rows": 18}
    )
    change = StringField(_l("What is new in this version"), [Optional(), Length(max=LONGEST_NOTE)])
    in_force_on = DateField(_l("In force from"), [InputRequired(DAY)])
    to_acknowledge = BooleanField(_l("Everybody who handles customer data has to confirm that they have read it"))
    after = HiddenField(default="0")


class FindingForm(Form):
    """What has to be put right."""

    version = HiddenField(default="")
    item = SelectField(_l("Item"), [InputRequired(_l("Choose the item that it is about."))], choices=[])
    text = TextAreaField(
        _l("What has to be put right"),
        [InputRequired(_l("Write what has to be put right.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": 2},
    )
    owner = SelectField(_l("By whom"), [InputRequired(_l("Choose a person."))], choices=[])
    due_on = DateField(_l("Last day"), [InputRequired(DAY)])

    def prepare(self, items: Iterable[CheckItem], people: Mapping[int, str]) -> None:
        """The items of the check, and everybody who can have a finding."""
        named = [choice(each.id, f"{each.position + 1}. {checklist.shown(each.text)[:60]}") for each in items]
        self.item.choices = [choice(*NOBODY), *named]
        self.owner.choices = [choice(*NOBODY), *(choice(key, name) for key, name in people.items())]


class FinishForm(Form):
    """The conclusion of a check."""

    version = HiddenField(default="")
    summary = TextAreaField(
        _l("Conclusion"), [InputRequired(_l("Write the conclusion of the check.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": 3},
    )  # fmt: skip


class CloseForm(Form):
    """What was done about a finding."""

    measure = TextAreaField(
        _l("What was done about it"), [InputRequired(_l("Write what was done about it.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": 3},
    )  # fmt: skip


def whole(text: Any) -> int:
    """A number that a form carries; 0 for anything else."""
    return int(text) if text and str(text).isdecimal() and len(str(text)) < 19 else 0
