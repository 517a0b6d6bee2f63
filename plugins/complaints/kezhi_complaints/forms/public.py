"""The form of the public page."""

from __future__ import annotations

from typing import Any

from wtforms import MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from ..services.public import top_kinds
from ..services.registering import LONGEST
from .fields import DayField, whole

COMPANY = 100


class PublicForm(Form):
    """What a customer says in their own words."""

    company = StringField(_l("Your company"), [Length(max=COMPANY)], render_kw={"autocomplete": "organization"})
    complainant = StringField(_l("Your name"), [InputRequired(_l("Write your name.")),
                                                Length(max=LONGEST["complainant"])],
                              render_kw={"autocomplete": "name"})  # fmt: skip
    phone = StringField(_l("Your telephone number"),
                        [InputRequired(_l("Write a number at which we can reach you.")), Length(max=LONGEST["phone"])],
                        render_kw={"autocomplete": "tel", "inputmode": "tel"})  # fmt: skip
    kind = SelectField(_l("What your complaint is about"), coerce=whole)
    subject = StringField(
        lazy_pgettext("complaint", "Subject"),
        [InputRequired(_l("Say in a line what it is about.")), Length(max=LONGEST["subject"])],
    )
    course = TextAreaField(_l("What happened"), [InputRequired(_l("Tell us what happened.")), Length(max=4000)],
                           render_kw={"rows": 6})  # fmt: skip
    happened_on = DayField(_l("Happened on"), [Optional()])
    reference = StringField(_l("Order or waybill"), [Length(max=LONGEST["reference"])])
    files = MultipleFileField(_l("Files"), description=_l("Photographs, receipts: up to five files."))

    def prepare(self) -> None:
        """What it may be about."""
        self.kind.choices = [choice(row["id"], row["title"]) for row in top_kinds()]

    def values(self) -> dict[str, Any]:
        """What was sent, as ``register_from_web`` takes it. The company stands before what happened."""
        names = ("complainant", "phone", "subject", "course", "happened_on", "reference")
        found = {name: self[name].data for name in names}
        if self.company.data:
            found["course"] = f"{self.company.label.text}: {self.company.data}\n{found['course']}"
        return {**found, "kind_id": self.kind.data}
