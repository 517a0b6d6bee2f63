"""The form of the list of declared figures (TRD-07)."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..labels import UNIT_LABELS
from ..services.figures import LONGEST_NAME


class FigureForm(Form):
    """A new figure, or the names of one. ``figure`` is empty for a new one; key and unit are chosen once."""

    figure = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    zh = StringField(
        _l("Chinese name"), [InputRequired(_l("A figure needs a Chinese name.")), Length(max=LONGEST_NAME)]
    )
    en = StringField(_l("English name"), [Optional(), Length(max=LONGEST_NAME)])
    key_name = StringField(_l("Key"), [Optional(), Length(max=40)])
    unit = SelectField(_l("Unit"), choices=[choice(unit, label) for unit, label in UNIT_LABELS.items()])

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {"zh": self.zh.data, "en": self.en.data, "key": self.key_name.data, "unit": self.unit.data}


class ChangeForm(Form):
    """A button beside a figure."""

    figure = IntegerField(validators=[InputRequired()])
    version = IntegerField(validators=[Optional()])
    what = StringField()
