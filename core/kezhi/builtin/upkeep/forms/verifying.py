"""The form of a verification."""

from __future__ import annotations

from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..models import UNCHANGED
from ..services.verifying import LONGEST_NOTE
from ..words import FOUND


class VerifyForm(Form):
    """What was found when a file was compared with the facts."""

    found = SelectField(
        _l("What was found"), choices=lambda: [choice(key, title) for key, title in FOUND.items()], default=UNCHANGED
    )
    note = TextAreaField(_l("Note"), [Optional(), Length(max=LONGEST_NOTE)], render_kw={"rows": 2})
