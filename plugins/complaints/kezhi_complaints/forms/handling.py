"""The forms on the page of a complaint, and of its steps."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from ..models import CHANNEL, INVALID, SIDES, VALID, Complaint, Investigation
from ..rules import Case, why_not
from ..services.assisting import LONGEST_TEXT
from ..services.entries import entries
from ..services.investigating import LONGEST
from ..services.people import possible_handlers, possible_investigators
from ..services.stepping import LONGEST_NOTE
from ..steps import Step
from ..words import SEVERITY_WORDS, VALIDITY_WORDS
from ..words_handling import PARTY_WORDS, SIDE_WORDS, ground_words

NOBODY = "—"
CHANNEL_ASKED = lazy_pgettext("complaint", "Told by")


def _people(field: Any, people: list[tuple[int, str]], chosen: int | None = None) -> None:
    field.choices = [choice(0, NOBODY), *(choice(each, name) for each, name in people)]
    if field.data is None and chosen is not None:
        field.data = chosen


class VersionForm(Form):
    """A form about something as it was when the page was made."""

    version = HiddenField()

    def seen(self) -> int:
        """The version that the person looked at; 0 for what is none."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class StepForm(VersionForm):
    """What one step asks for: ``prepare`` takes away the rest."""

    handler = SelectField(_l("Handler"), coerce=int)
    investigator = SelectField(
        _l("Investigator"), coerce=int,
        description=_l("Nobody who is a party to it, and not who answers the customer."),
    )  # fmt: skip
    party = SelectField(_l("Explained to"), [Optional()])
    channel = SelectField(CHANNEL_ASKED, coerce=int)
    told = TextAreaField(_l("What the customer was told"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 3})
    note = TextAreaField(lazy_pgettext("complaint", "Note"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 4})

    def prepare(self, step: Step, complaint: Complaint, user_id: int | None) -> None:
        """Keep the fields of the step, with what can be chosen."""
        for name in ("handler", "investigator", "party", "channel", "told", "note"):
            if name not in step.fields:
                del self[name]
            else:
                self[name].flags.required = name in step.needs
        if "handler" in self:
            people = possible_handlers(complaint)
            mine = user_id if user_id in dict(people) else 0
            chosen = mine if step.key == "accept" else complaint.handler_id if step.key == "reopen" else 0
            _people(self.handler, people, chosen)
        if "investigator" in self:
            _people(self.investigator, possible_investigators(complaint), 0)
        if "party" in self:
            self.party.choices = [choice("", NOBODY), *(choice(key, text) for key, text in PARTY_WORDS.items())]
        if "channel" in self:
            self.channel.choices = [choice(row["id"], row["title"]) for row in entries(CHANNEL)]
            if self.channel.data is None:
                self.channel.data = complaint.channel_id

    def values(self) -> dict[str, Any]:
        """What was sent, as ``take_step`` takes it."""
        names = ("handler", "investigator", "party", "channel", "told", "note")
        return {name: self[name].data for name in names if name in self}


class FindingsForm(VersionForm):
    """What the investigator found out. There is no field for a promise (CMP-11)."""

    facts = TextAreaField(_l("Facts found"), [Length(max=LONGEST["facts"])], render_kw={"rows": 3})
    gap = StringField(
        _l("Management gap"), [Length(max=LONGEST["gap"])], description=_l("What in our own work let it happen.")
    )
    name = StringField(_l("Heard"), [Length(max=LONGEST["name"])])
    side = SelectField(_l("On which side"), [Optional()])
    said = StringField(_l("What they said"), [Length(max=LONGEST["said"])])
    files = MultipleFileField(_l("Evidence"))

    def prepare(self, running: Investigation | None) -> None:
        """Begin with what is stored."""
        self.side.choices = [choice(key, SIDE_WORDS[key]) for key in SIDES]
        if running is not None and not self.is_submitted():
            self.facts.data, self.gap.data, self.version.data = running.facts, running.gap, running.version

    def values(self) -> dict[str, str]:
        """What was sent, as ``save_findings`` takes it."""
        return {name: self[name].data or "" for name in ("facts", "gap", "name", "side", "said")}


class JudgeForm(VersionForm):
    """Valid or invalid, on which ground, and how grave (CMP-03, CMP-04)."""

    validity = RadioField(_l("Is the complaint valid?"), [Optional()])
    ground = RadioField(_l("Ground (one of six, when invalid)"), [Optional()])
    improper = BooleanField(_l("What is demanded is improper"))
    untrue = BooleanField(_l("The main facts are untrue"))
    severity = RadioField(_l("Severity"), [Optional()])
    note = StringField(
        _l("Reason"), [Length(max=LONGEST_NOTE)],
        description=_l("Needed where the severity departs from what follows from the ground."),
    )  # fmt: skip

    def prepare(self, complaint: Complaint, case: Case, suggested: str) -> None:
        """What can be chosen; ``hindered`` says why a ground cannot."""
        self.validity.choices = [choice(key, VALIDITY_WORDS[key]) for key in (VALID, INVALID)]
        self.ground.choices = [choice(key, text) for key, text in ground_words().items()]
        self.severity.choices = [
            choice("", lazy_pgettext("severity", "As suggested")),
            *(choice(key, text) for key, text in SEVERITY_WORDS.items()),
        ]
        self.hindered = {key: why_not(key, case) for key in ground_words()}
        if not self.is_submitted():
            self.version.data = complaint.version
            self.validity.data = complaint.validity or (INVALID if suggested else VALID)
            self.ground.data = complaint.ground or suggested
            self.severity.data = complaint.severity if complaint.validity else ""

    def values(self) -> dict[str, Any]:
        """What was sent, as ``take_step`` takes it."""
        names = ("validity", "ground", "improper", "untrue", "severity", "note")
        return {name: self[name].data for name in names}


class NoteForm(VersionForm):
    """A further note."""

    note = TextAreaField(_l("Add a note…"), [InputRequired(), Length(max=LONGEST_NOTE)], render_kw={"rows": 2})


class AskForm(Form):
    """Help that the investigator needs, of a person or of a department."""

    person = SelectField(lazy_pgettext("help", "Person"), coerce=int)
    department = SelectField(lazy_pgettext("help", "or department"), coerce=int)
    question = TextAreaField(
        _l("What do you need to know?"), [InputRequired(), Length(max=LONGEST_TEXT)], render_kw={"rows": 2}
    )

    def prepare(self, people: list[tuple[int, str]], departments: list[tuple[int, str]]) -> None:
        """Whom one can ask."""
        _people(self.person, people, 0)
        _people(self.department, departments, 0)


class GiveForm(VersionForm):
    """The answer of who was asked for help."""

    answer = TextAreaField(_l("Your answer"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 5})
    files = MultipleFileField(_l("Files"))


class DeclineForm(VersionForm):
    """Why help is not given."""

    reason = TextAreaField(
        _l("Why it cannot be given"), [InputRequired(), Length(max=LONGEST_TEXT)], render_kw={"rows": 2}
    )


class GuideForm(Form):
    """Guidance on a unit's complaint."""

    text = TextAreaField(_l("Guidance or finding"), [InputRequired(), Length(max=LONGEST_TEXT)], render_kw={"rows": 2})


class AnswerForm(VersionForm):
    """The unit's answer to guidance."""

    answer = TextAreaField(
        _l("Answer to the guidance"), [InputRequired(), Length(max=LONGEST_TEXT)], render_kw={"rows": 2}
    )
