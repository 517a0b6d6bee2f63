"""Forms of notes."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form

MOST_TEXT = 4000


class NoteForm(Form):
    """A note, or its new text (``version``: that of the note that was looked at)."""

    text = TextAreaField(
        _l("Note"),
        [
            InputRequired(_l("Write something first.")),
            Length(max=MOST_TEXT, message=_l("A note has at most %(max)d characters.")),
        ],
    )
    version = HiddenField()
