"""The forms of the feedback register (CMP-05)."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from ..models import CHANNEL, Feedback
from ..services.entries import tree
from ..services.feedback import LONGEST, LONGEST_NOTE
from ..services.meant import customer_meant
from ..words_feedback import SORT_WORDS
from .fields import DayField, Difference, differences, people, places, whole

TEXTS = ("sort", "contact", "phone", "subject", "content", "due_on")


class FeedbackForm(Form):
    """What a customer said. ``version`` is that of the feedback when the form was opened."""

    version = HiddenField()
    customer = StringField(
        _l("Customer"),
        [Length(max=200)],
        render_kw={"autocomplete": "off"},
        description=_l("Code, name, pinyin or initials; empty when it is none of ours."),
    )
    sort = SelectField(_l("Kind of feedback"), choices=[choice(key, text) for key, text in SORT_WORDS.items()])
    contact = StringField(_l("Who said it"), [Length(max=LONGEST["contact"])], render_kw={"autocomplete": "off"})
    phone = StringField(_l("Phone"), [Length(max=LONGEST["phone"])],
                        render_kw={"inputmode": "tel", "autocomplete": "off"})  # fmt: skip
    subject = StringField(
        lazy_pgettext("complaint", "Subject"),
        [InputRequired(_l("Say in a line what it is about.")), Length(max=LONGEST["subject"])],
    )
    content = TextAreaField(_l("What the customer said"),
                            [InputRequired(_l("Write down what the customer said.")), Length(max=LONGEST["content"])],
                            render_kw={"rows": 5})  # fmt: skip
    department = SelectField(_l("Responsible department"), coerce=whole)
    owner = SelectField(_l("Responsible person"), coerce=whole,
                        description=_l("Left open: the manager of the department."))  # fmt: skip
    due_on = DayField(_l("Deadline"), [InputRequired(_l("Say by when it is dealt with."))])

    def prepare(self, held: Feedback | None = None) -> None:
        """Fill in what can be chosen."""
        self.department.choices, self.owner.choices = places(), people(held and held.owner_id, "—")

    def fill(self, feedback: Feedback, customer: str) -> None:
        """The feedback as it is stored."""
        for name in TEXTS:
            self[name].data = getattr(feedback, name)
        self.department.data, self.owner.data = feedback.department_id, feedback.owner_id
        self.customer.data, self.version.data = customer, str(feedback.version)

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` for the customer."""
        customer = customer_meant(self.customer.data or "")
        found = {name: self[name].data for name in TEXTS}
        return {**found, "customer_id": customer.id if customer is not None else None,
                "department_id": self.department.data, "owner_id": self.owner.data}  # fmt: skip

    def meet(self, feedback: Feedback, customer: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = FeedbackForm(formdata=None)
        stored.prepare(feedback)
        stored.fill(feedback, customer)
        self.version.data = stored.version.data
        return differences(self, stored)


class ProgressForm(Form):
    """What was done."""

    note = TextAreaField(_l("Progress made"), [InputRequired(_l("Write down what was done.")),
                                               Length(max=LONGEST_NOTE)], render_kw={"rows": 3})  # fmt: skip


class ResultForm(Form):
    """What the customer was told, and what follows from it."""

    version = HiddenField()
    told = TextAreaField(_l("Result told to the customer"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 3})
    analysis = TextAreaField(_l("Analysis"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 3},
                             description=_l("What it shows, and what follows from it."))  # fmt: skip


class OnForm(Form):
    """Feedback goes on as a complaint."""

    version = HiddenField()
    channel = SelectField(_l("Channel"), [Optional()], coerce=whole)

    def prepare(self) -> None:
        """The channels to choose from."""
        self.channel.choices = [choice(row["id"], row["title"]) for row in tree(CHANNEL)]
