"""The form of a saved view."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from kezhi.forms import Form
from kezhi.i18n import _l

from .services import LONGEST_TITLE


class ViewForm(Form):
    """Name, who has it, and whether the list opens in it."""

    list = HiddenField()
    path = HiddenField()
    query = HiddenField()
    title = StringField(_l("Name of the view"), [InputRequired(), Length(max=LONGEST_TITLE)])
    shared = BooleanField(_l("For everybody who sees this list"))
    opens = BooleanField(_l("The list opens in this view"))
