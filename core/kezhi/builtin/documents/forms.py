"""Forms of documents."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from kezhi import lazy_gettext as _l
from kezhi.forms import Form


class IssueForm(Form):
    """In which format, and who keeps it. The variant is chosen before, it stands in the address."""

    format = SelectField(_l("Format"))
    holder = StringField(
        _l("Kept by"), [Length(max=120)], description=_l("Person or department that keeps the document. Empty: you.")
    )
    variant = HiddenField()


class LetterheadForm(Form):
    """What stands at the head and foot of documents."""

    company = StringField(
        _l("Company name"), [Length(max=120)], description=_l("Empty: the name the company has in the system.")
    )
    address = StringField(_l("Address"), [Length(max=200)])
    phone = StringField(_l("Phone"), [Length(max=60)])
    email = StringField(_l("E-mail or web address"), [Length(max=120)])
    footer = StringField(_l("Line at the foot"), [Length(max=200)])
    logo = FileField(_l("Logo"), description=_l("PNG or JPEG; shown 11 mm high. Empty: it stays as it is."),
                     render_kw={"accept": ".png,.jpg,.jpeg"})  # fmt: skip
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
