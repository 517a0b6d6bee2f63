"""What a company may decide about duties."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class TaskSettings(SettingsForm):
    """When an overdue duty goes to the manager (TSK-01)."""

    escalate_hours = IntegerField(
        _l("Hours of working time after which an overdue task goes to the manager"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=400)],
        description=_l("And after as many again to the next manager above. 0: at once. An app may say otherwise."),
        default=8,
    )
