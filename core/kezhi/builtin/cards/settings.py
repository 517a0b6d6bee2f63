"""Which periods are frozen, and how long their cards are kept."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


def _kept(label: Any, default: int) -> Any:
    return IntegerField(
        label,
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=1200)],
        description=_l("0: they are kept for good."),
        default=default,
    )


class CardSettings(SettingsForm):
    """The cards of a million customers take about 0.3 GB a period, 5 GB a year of months, quarters and the year."""

    take_month = BooleanField(_l("Freeze the cards of every month"), default=True)
    take_quarter = BooleanField(_l("Freeze the cards of every quarter"), default=True)
    take_year = BooleanField(_l("Freeze the cards of every year"), default=True)
    keep_month = _kept(_l("Months whose cards are kept"), 24)
    keep_quarter = _kept(_l("Quarters whose cards are kept"), 20)
    keep_year = _kept(_l("Years whose cards are kept"), 0)
