"""What a company decides about keeping and destroying."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class DestructionSettings(SettingsForm):
    """For how long trade keeps a customer file from being destroyed (CUS-10)."""

    keep_years = IntegerField(
        _l("Years for which orders are kept"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=50)],
        default=10,
        description=_l("Counted in whole years after the year of the last order. The law on accounting files asks for"
                       " ten years, for some for thirty."),
    )  # fmt: skip
