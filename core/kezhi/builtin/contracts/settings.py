"""What a company may decide about its contract register."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class ContractSettings(SettingsForm):
    """How contract numbers are formed (CUS-13)."""

    number_prefix = StringField(
        _l("Contract numbers begin with"),
        [Length(max=12), Regexp(r"^[A-Za-z0-9._/-]*$", message=_l("Letters, digits and . _ / - only."))],
        description=_l("Numbers that were given stay as they are."),
        default="HT-",
    )
    number_year = BooleanField(_l("The year is part of the number"), default=True)
    number_digits = IntegerField(
        _l("Digits of the running number"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=1, max=12)],
        default=4,
    )
