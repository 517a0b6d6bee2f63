"""Forms of grading."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi import localised
from kezhi.forms import Form, choice

from .labels import WAY_LABELS
from .services import all_versions, last_full_months, latest_versions, primary_key, scheme_of


class RunForm(Form):
    """Computing a run: by which scheme, over which days (both included)."""

    scheme = SelectField(_l("Scheme"))
    start = DateField(_l("From"), [InputRequired(_l("Write the date like 2026-11-23."))])
    end = DateField(_l("To"), [InputRequired(_l("Write the date like 2026-11-23."))])

    def prepare(self) -> None:
        """Offer the schemes in their newest versions."""
        rows = latest_versions()
        self.scheme.choices = [choice(row.key, f"{localised(row.title)} v{row.version}") for row in rows]

    def fill_new(self, key: str) -> None:
        """Start with the primary scheme and its last full months."""
        rows = {row.key: row for row in latest_versions()}
        chosen = rows.get(key) or rows.get(primary_key())
        months = scheme_of(chosen).period_months if chosen else 12
        period = last_full_months(months)
        self.scheme.data = chosen.key if chosen else None
        self.start.data, self.end.data = period.start, period.end


class NoticeForm(Form):
    """When and how a notice was sent to a customer."""

    sent_on = DateField(_l("Sent on"), [InputRequired(_l("Write the date like 2026-11-23."))])
    way = SelectField(_l("How"), choices=[choice(key, label) for key, label in WAY_LABELS.items()])


class ActionForm(Form):
    """A button."""


class UploadForm(Form):
    """A scheme's TOML file."""

    file = FileField(_l("Scheme file (TOML)"), [FileRequired(_l("Choose a file."))])
    reason = StringField(
        _l("Reason for the change"),
        [Length(max=400, message=_l("At most 400 characters."))],
        render_kw={"maxlength": 400, "autocomplete": "off"},
    )


class WhatIfForm(Form):
    """Which version, over which days (both included), is compared with the grades in force; ``text`` changes it."""

    version = SelectField(_l("Scheme"))
    start = DateField(_l("From"), [InputRequired(_l("Write the date like 2026-11-23."))])
    end = DateField(_l("To"), [InputRequired(_l("Write the date like 2026-11-23."))])
    text = TextAreaField(_l("Text of the scheme"), render_kw={"rows": 18, "spellcheck": "false"})

    def prepare(self) -> None:
        """Offer every version, the newest of each scheme first."""
        self.version.choices = [
            choice(f"{row.key}:{row.version}", f"{localised(row.title)} v{row.version}") for row in all_versions()
        ]
