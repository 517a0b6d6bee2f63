"""The form in which a clause is said not to apply."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form

from .services.exempting import LONGEST


class ExemptForm(Form):
    """Why an obligation does not apply to the company."""

    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Write why it does not apply.")), Length(max=LONGEST)],
        description=_l("It stands on the board with your name and the day."),
        render_kw={"rows": 3, "maxlength": LONGEST},
    )
