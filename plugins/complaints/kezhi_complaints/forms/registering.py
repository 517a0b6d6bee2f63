"""The form in which a complaint is written down while the customer is on the telephone (CMP-01)."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..models import CHANNEL, KIND, Complaint
from ..services.entries import shown as set_in
from ..services.entries import tree
from ..services.meant import customer_meant
from ..services.registering import LONGEST, LONGEST_REASON
from ..words_feedback import FIELD_WORDS
from .fields import DayField, Difference, MomentField, differences, nobody, people, places, whole

TEXTS = ("complainant", "phone", "subject", "course", "against", "product", "reference")


class RegisterForm(Form):
    """A complaint as it is heard, or the correction of one; ``version`` is that of the complaint when it was opened."""

    version = HiddenField()
    customer = StringField(FIELD_WORDS["customer_id"], [Length(max=200)],
                           description=_l("Code, name, pinyin or initials; empty when it is none of ours."),
                           render_kw={"autocomplete": "off"})  # fmt: skip
    anonymous = BooleanField(FIELD_WORDS["anonymous"])
    complainant = StringField(FIELD_WORDS["complainant"], [Length(max=LONGEST["complainant"])],
                              render_kw={"autocomplete": "off"})  # fmt: skip
    phone = StringField(FIELD_WORDS["phone"], [Length(max=LONGEST["phone"])],
                        render_kw={"inputmode": "tel", "autocomplete": "off"})  # fmt: skip
    channel = SelectField(FIELD_WORDS["channel_id"], coerce=whole)
    kind = SelectField(FIELD_WORDS["kind_id"], coerce=whole)
    subject = StringField(FIELD_WORDS["subject"], [InputRequired(_l("Say who or what is complained about.")),
                                                   Length(max=LONGEST["subject"])])  # fmt: skip
    course = TextAreaField(FIELD_WORDS["course"], [InputRequired(_l("Write down the course of events.")),
                                                   Length(max=LONGEST["course"])], render_kw={"rows": 6})  # fmt: skip
    happened_on = DayField(FIELD_WORDS["happened_on"], [Optional()],
                           description=_l("The last day on which it happened."))  # fmt: skip
    reference = StringField(FIELD_WORDS["reference"], [Length(max=LONGEST["reference"])])
    product = StringField(FIELD_WORDS["product"], [Length(max=LONGEST["product"])])
    department = SelectField(FIELD_WORDS["department_id"], coerce=whole)
    accused = SelectField(FIELD_WORDS["accused_id"], coerce=whole,
                          description=_l("This person sees nothing of the complaint."))  # fmt: skip
    against = StringField(FIELD_WORDS["against"], [Length(max=LONGEST["against"])])
    received_at = MomentField(_l("Received at"), [Optional()], description=_l("Left empty: now."))
    late_reason = StringField(_l("Why it is written down later"), [Length(max=LONGEST_REASON)],
                              description=_l("Needed when it was received more than an hour ago."))  # fmt: skip
    files = MultipleFileField(_l("Evidence"), description=_l("Photographs, receipts, recordings of the chat."))

    def prepare(self, held: Complaint | None = None) -> None:
        """Fill in what can be chosen; of a complaint also what it has, though it is retired. A correction has no
        files, and no time of receipt: that is said once."""
        for field, name, has in ((self.kind, KIND, held and held.kind_id),
                                 (self.channel, CHANNEL, held and held.channel_id)):  # fmt: skip
            rows = [row for row in tree(name, retired=True) if row["retired_at"] is None or row["id"] == has]
            field.choices = [choice(row["id"], set_in(row)) for row in rows]
        if held is None:
            self.kind.choices = [nobody(), *self.kind.choices]  # nobody gets a kind by not choosing one
        self.accused.choices = people(held and held.accused_id, "—")
        self.department.choices = places()
        if held is not None:
            del self.received_at, self.late_reason, self.files

    def begin(self, customer: str) -> None:
        """What an empty form starts with."""
        self.customer.data = customer

    def fill(self, complaint: Complaint, customer: str) -> None:
        """The registration as it is stored."""
        for name in (*TEXTS, "anonymous", "happened_on"):
            self[name].data = getattr(complaint, name)
        for name in ("kind", "channel", "accused", "department"):
            self[name].data = getattr(complaint, f"{name}_id")
        self.version.data = str(complaint.version)
        if "customer" in self:
            self.customer.data = customer

    def values(self) -> dict[str, Any]:
        """What was sent, as ``register`` and ``correct`` take it. Errors: ``Refused`` for the customer."""
        found = {name: self[name].data for name in (*TEXTS, "anonymous", "happened_on")}
        found |= {f"{name}_id": self[name].data for name in ("kind", "channel", "accused", "department")}
        if "customer" in self:  # taken out for who corrects a complaint of a customer that they do not see
            customer = customer_meant(self.customer.data or "")
            found["customer_id"] = customer.id if customer is not None else None
        if "received_at" in self:
            found["received_at"] = self.moment()
        return found

    def moment(self) -> Any:
        """When it was received; a moment of the present minute is now, whatever the seconds."""
        instant, now = self.received_at.instant, clock.now()
        return None if instant is None or instant.replace(second=0) == now.replace(second=0, microsecond=0) else instant

    def meet(self, complaint: Complaint, customer: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = RegisterForm(formdata=None)
        stored.prepare(complaint)
        stored.fill(complaint, customer)
        self.version.data = stored.version.data
        return differences(self, stored)
