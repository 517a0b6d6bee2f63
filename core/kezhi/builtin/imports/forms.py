"""The form of an upload."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from .contributions import Importer


class UploadForm(Form):
    """Which kind of records, which file."""

    kind = SelectField(_l("What the file holds"))
    file = FileField(
        _l("File"),
        validators=[FileRequired(_l("Choose a file."))],
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx"},
    )

    def offer(self, importers: Iterable[Importer]) -> None:
        """Set the kinds to choose from."""
        self.kind.choices = [choice(each.kind, each.title) for each in importers]
