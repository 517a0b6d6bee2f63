"""What a company may decide about customer files."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class CustomerSettings(SettingsForm):
    """How codes are formed (CUS-01), what a suspected duplicate does (CUS-06), when a new customer counts (CUS-14)."""

    code_prefix = StringField(
        _l("Customer codes begin with"),
        [Length(max=12), Regexp(r"^[A-Za-z0-9._/-]*$", message=_l("Letters, digits and . _ / - only."))],
        description=_l("Codes that were given stay as they are."),
        default="KH-",
    )
    code_year = BooleanField(_l("The year is part of the code"), default=True)
    code_digits = IntegerField(
        _l("Digits of the running number"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=1, max=12)],
        default=4,
    )
    refuse_duplicates = BooleanField(
        _l("Refuse suspected duplicates"),
        description=_l("Otherwise they are shown before saving, and may be saved all the same."),
        default=False,
    )
    confirm_new = BooleanField(
        _l("New customers count only when they are confirmed"),
        description=_l("Until the manager in charge has confirmed it, a new customer is a prospect without a code."),
        default=False,
    )
    share_days = IntegerField(
        _l("Customers are shared for at most (days)"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=1, max=3660)],
        description=_l("Every share ends by itself; it can be given again."),
        default=366,
    )
    share_remind_days = IntegerField(
        _l("Remind of the end of a share (days before)"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=60)],
        default=3,
    )
