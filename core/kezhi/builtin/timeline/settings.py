"""What a company may decide about notes."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class TimelineSettings(SettingsForm):
    """How long a note can still be changed."""

    edit_minutes = IntegerField(
        _l("Minutes in which one may change an own note"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=1440)],
        description=_l("Afterwards it can only be removed, and that shows."),
        default=30,
    )
