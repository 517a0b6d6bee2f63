"""The fields of the editor that are no part of the scheme."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form


class EditorForm(Form):
    """Why the scheme is changed, which version it was, and the customer of the preview."""

    base = HiddenField(default="0")
    customer = HiddenField()
    reason = TextAreaField(
        _l("Reason for the change"),
        [Length(max=400, message=_l("At most 400 characters."))],
        render_kw={"rows": 2, "maxlength": 400},
    )
    look_up = StringField(_l("Customer"), render_kw={"maxlength": 200, "autocomplete": "off"})

    @property
    def base_version(self) -> int:
        """The version that was opened, 0 for a new scheme."""
        text = str(self.base.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
