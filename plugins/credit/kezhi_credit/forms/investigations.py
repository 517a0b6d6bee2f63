"""The forms of a credit investigation: asking for one, what was found, and the list of sources (CRD-02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import acting_user, clock
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import _

from ..labels import JUDGEMENT_LABELS
from ..models import Finding, Investigation
from ..services import Said, all_sources, investigators, source_title
from ..services.investigations import LONGEST_TEXT
from ..services.sources import LONGEST_NAME

DAY = _l("Write the date like 2026-11-23.")
USUAL_DAYS = 14  #: from today until an investigation is due, unless somebody says otherwise


class AskForm(Form):
    """Who investigates, until when, and why."""

    investigator_id = SelectField(_l("Investigator"), coerce=int)
    due_on = DateField(_l("To be done by"), [InputRequired(DAY)])
    occasion = TextAreaField(
        _l("Why it is wanted"),
        [InputRequired(_l("Say why the customer is investigated.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": 2},
    )

    def offer(self, customer_id: int) -> None:
        """Who may investigate and sees the customer; an empty form starts with oneself."""
        people = investigators(customer_id)
        self.investigator_id.choices = [choice(each.id, each.name) for each in people]
        if not self.is_submitted():
            mine = acting_user().id
            if mine in {each.id for each in people}:
                self.investigator_id.data = mine
            self.due_on.data = clock.today() + timedelta(days=USUAL_DAYS)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {"investigator_id": self.investigator_id.data, "due_on": self.due_on.data,
                "occasion": self.occasion.data or ""}  # fmt: skip


class FindingsForm(Form):
    """What was found; a judgement and words for every source, made by :func:`findings_form`."""

    sources: Sequence[str] = ()
    investigated_on = DateField(_l("Investigated on"), [Optional()])
    valid_until = DateField(_l("Holds until"), [Optional()])
    conclusion = TextAreaField(
        _l("What follows from the findings"), [Optional(), Length(max=LONGEST_TEXT)], render_kw={"rows": 3}
    )

    def pairs(self) -> list[tuple[str, Any, Any]]:
        """Title, judgement and words of every source."""
        return [(source_title(key), self[f"judgement_{key}"], self[f"text_{key}"]) for key in self.sources]

    def fill(self, found: Investigation, findings: Sequence[Finding]) -> None:
        """What was kept so far."""
        self.investigated_on.data = found.investigated_on or clock.today()
        self.valid_until.data, self.conclusion.data = found.valid_until, found.conclusion
        for each in findings:
            self[f"judgement_{each.source_key}"].data = each.judgement
            self[f"text_{each.source_key}"].data = each.text

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        said = {key: Said(self[f"judgement_{key}"].data or "", self[f"text_{key}"].data or "") for key in self.sources}
        return {"said": said, "investigated_on": self.investigated_on.data, "valid_until": self.valid_until.data,
                "conclusion": self.conclusion.data or ""}  # fmt: skip


def findings_form(findings: Sequence[Finding]) -> FindingsForm:
    """The form for the sources in use, and for those that said something already."""
    kept = {each.source_key for each in findings}
    keys = [each["key"] for each in all_sources() if each["retired_at"] is None or each["key"] in kept]
    judged = [choice("", _("Nothing found yet")), *(choice(key, text) for key, text in JUDGEMENT_LABELS.items())]
    fields: dict[str, Any] = {"sources": keys}
    for key in keys:
        title = source_title(key)
        fields[f"judgement_{key}"] = SelectField(
            _("%(source)s: judgement", source=title), choices=judged, validate_choice=False
        )
        fields[f"text_{key}"] = TextAreaField(
            _("%(source)s: findings", source=title), [Optional(), Length(max=LONGEST_TEXT)], render_kw={"rows": 2}
        )
    made: FindingsForm = type("FindingsForm", (FindingsForm,), fields)()
    return made


class SourceForm(Form):
    """A source of the company's list."""

    zh = StringField(
        _l("Chinese name"), [InputRequired(_l("A source needs a Chinese name.")), Length(max=LONGEST_NAME)]
    )
    en = StringField(_l("English name"), [Optional(), Length(max=LONGEST_NAME)])
