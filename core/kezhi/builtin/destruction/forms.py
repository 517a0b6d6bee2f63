"""The forms of proposing and keeping back."""

from __future__ import annotations

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from .contributions import FILE
from .words import REASONS, SCOPES


class ProposalForm(Form):
    """Why, on which basis, and how much."""

    scope = RadioField(
        _l("What goes"), [InputRequired()], default=FILE, choices=lambda: [choice(*pair) for pair in SCOPES.items()]
    )
    reason = SelectField(_l("Reason"), [InputRequired()], choices=lambda: [choice(*pair) for pair in REASONS.items()])
    basis = TextAreaField(
        _l("Basis of retention"),
        [InputRequired(_l("Say why the file need not be kept any longer.")), Length(max=500)],
        render_kw={"rows": 3},
    )


class KeepForm(Form):
    """Keeping one file back."""

    reason = StringField(_l("Why it is kept"), [InputRequired(_l("Say why the file is kept.")), Length(max=300)])
