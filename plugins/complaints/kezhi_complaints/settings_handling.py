"""What a company decides about handling: the wording of the second ground, and how fast help and answers come."""

from __future__ import annotations

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l

WHOLE = _l("Write a whole number.")


class HandlingSettings(SettingsForm):
    """The second ground says “or” as shipped: outside of our promises, or forbidden by us (CMP-03)."""

    ground_2_zh = StringField(
        _l("Second ground of an invalid complaint, in Chinese"),
        [Length(max=200)],
        default="",
        description=_l("Empty: as shipped, a service outside of our promises or forbidden by us."),
    )
    ground_2_en = StringField(_l("The same in English"), [Length(max=200)], default="")
    help_hours = IntegerField(
        _l("Hours of working time in which assistance is given"),
        [InputRequired(WHOLE), NumberRange(min=1, max=400)],
        default=8,
        description=_l("After it the request goes up to the manager of the department."),
    )
    silence_days = IntegerField(
        _l("Days after which an answered complaint may be closed without a reply of the customer"),
        [InputRequired(WHOLE), NumberRange(min=1, max=365)],
        default=10,
        description=_l("The handler closes it and says why; before, only the customer's confirmation leads on."),
    )
    guidance_hours = IntegerField(
        _l("Hours of working time in which guidance is answered"),
        [InputRequired(WHOLE), NumberRange(min=1, max=400)],
        default=16,
    )
