"""What a company may decide about logging in."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l

NUMBER = InputRequired(_l("Write a whole number."))


class LogInSettings(SettingsForm):
    """The settings of accounts."""

    login_failures = IntegerField(
        _l("Failed log-ins until a login is locked"), [NUMBER, NumberRange(min=3, max=20)], default=5
    )
    address_failures = IntegerField(
        _l("Failed log-ins from one address until it is locked"),
        [NUMBER, NumberRange(min=5, max=1000)],
        description=_l("An office shares one address."),
        default=20,
    )
    lock_minutes = IntegerField(
        _l("Minutes of the first lock"),
        [NUMBER, NumberRange(min=1, max=1440)],
        description=_l("Each further lock takes twice as long, at most a day."),
        default=15,
    )
    link_hours = IntegerField(
        _l("Hours for which a password link works"),
        [NUMBER, NumberRange(min=1, max=168)],
        description=_l("An administrator issues it to somebody who is new or has forgotten the password."),
        default=24,
    )
