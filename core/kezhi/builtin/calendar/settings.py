"""What a company may decide about its working calendar."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from wtforms import SelectField

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l
from kezhi.forms import choice


def _countries() -> list[Any]:
    from .public_days import countries

    names = get_locale().territories  # type: ignore[union-attr]
    return [choice("", _l("None")), *(choice(code, names.get(code, code)) for code in countries())]


class CalendarSettings(SettingsForm):
    """Whose public holidays are kept (TSK-03)."""

    country = SelectField(
        _l("Public holidays of"),
        default="CN",
        choices=_countries,
        description=_l("China's holidays come with their make-up workdays."),
    )
