"""What a company may decide about approvals."""

from __future__ import annotations

from wtforms import BooleanField

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class ApprovalSettings(SettingsForm):
    """The settings of approvals."""

    same_person_twice = BooleanField(
        _l("One person may sign several steps of a request"),
        description=_l("Nobody signs what they put up themselves, whatever stands here."),
        default=False,
    )
