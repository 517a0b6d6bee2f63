"""Forms of protection."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form

from .services.deviations import LONGEST_REASON


class OffForm(Form):
    """Why something is not encrypted from now on."""

    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why: whoever checks the company will ask.")), Length(max=LONGEST_REASON)],
        description=_l("Who needs it, until when, and what protects the data instead."),
    )
