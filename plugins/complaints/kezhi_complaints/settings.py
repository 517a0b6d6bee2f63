"""What a company may decide about complaints. One form of settings per app: its parts are classes of their own."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import lazy_gettext as _l

from .remedy_settings import RemedySettings

PERCENT = _l("Write a number between 0 and 99; 0 warns of nothing.")


class ComplaintsSettings(RemedySettings):
    """The settings of complaints."""

    elapsed = BooleanField(
        _l("Service clocks count every hour that passes, and not only the service hours of the customer's tier"),
        default=False,
    )
    first_warning = IntegerField(
        _l("Warn the handler when this percent of a clock's time is used"),
        [InputRequired(PERCENT), NumberRange(min=0, max=99, message=PERCENT)],
        default=50,
    )
    second_warning = IntegerField(
        _l("Warn again when this percent is used"),
        [InputRequired(PERCENT), NumberRange(min=0, max=99, message=PERCENT)],
        default=80,
    )
