"""The form in which a complaint is written down."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import customer_by_code
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from ..models import CHANNEL, KIND
from ..services.entries import entries
from ..services.registering import LONGEST


class RegisterForm(Form):
    """A complaint as it is heard."""

    customer = StringField(_l("Customer"), description=_l("Code of the customer; empty when it is none of ours."))
    anonymous = BooleanField(_l("Anonymous"))
    complainant = StringField(_l("Complainant"), [Length(max=LONGEST["complainant"])])
    phone = StringField(_l("Phone"), [Length(max=LONGEST["phone"])])
    subject = StringField(lazy_pgettext("complaint", "Subject"), [InputRequired(), Length(max=LONGEST["subject"])])
    course = TextAreaField(_l("Course of events"), [InputRequired(), Length(max=LONGEST["course"])])
    kind = SelectField(_l("Kind of complaint"), coerce=int)
    channel = SelectField(_l("Channel"), coerce=int)

    def prepare(self) -> None:
        """Fill in what can be chosen."""
        for field, name in ((self.kind, KIND), (self.channel, CHANNEL)):
            field.choices = [choice(row["id"], row["title"]) for row in entries(name)]

    def values(self) -> dict[str, Any]:
        """What was sent, as ``register`` takes it. Errors: ``NotFound`` for the customer."""
        code = (self.customer.data or "").strip()
        found = {name: self[name].data for name in ("anonymous", "complainant", "phone", "subject", "course")}
        customer = customer_by_code(code) if code else None
        return {**found, "customer_id": customer.id if customer else None, "kind_id": self.kind.data,
                "channel_id": self.channel.data}  # fmt: skip
