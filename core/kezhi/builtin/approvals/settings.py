"""What a company may decide about approvals."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm, setting
from kezhi import lazy_gettext as _l


class ApprovalSettings(SettingsForm):
    """The settings of approvals."""

    same_person_twice = BooleanField(
        _l("One person may sign several steps of a request"),
        description=_l("Nobody signs what they put up themselves, whatever stands here."),
        default=False,
    )
    due_hours = IntegerField(
        _l("Hours of working time within which a request is to be signed"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=400)],
        description=_l("Counted for each step, by the calendar of the signer's department. 0: no limit."),
        default=16,
    )


def due_hours() -> int:
    """The company's limit in hours of working time, 0 for none."""
    return int(setting("approvals", "due_hours"))
