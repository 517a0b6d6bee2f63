"""Forms of files."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form


class UploadForm(Form):
    """A file for a record, or a newer version of one (``seen``: the number of the version that was looked at)."""

    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])
    note = StringField(_l("Note"), [Length(max=500)], description=_l("What it is, or what has changed."))
    seen = HiddenField()


class DeleteForm(Form):
    """Why a file is taken away."""

    reason = StringField(_l("Reason"), [InputRequired(_l("Say why the file is deleted.")), Length(max=500)])
