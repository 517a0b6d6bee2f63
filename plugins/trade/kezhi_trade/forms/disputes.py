"""The form of a dispute (TRD-09)."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from ..labels import DISPUTE_LABELS, GRAVITY_LABELS
from ..models import Dispute
from ..services.disputes import LONGEST_NUMBER, LONGEST_OUTCOME, LONGEST_SUBJECT
from .reading import Difference, customer_id, differences


class DisputeForm(Form):
    """Entering or changing a dispute. ``version`` is that of the dispute when the form was opened."""

    version = HiddenField()
    customer = StringField(_l("Customer code"), [InputRequired(_l("Say who the dispute is with.")), Length(max=80)])
    number = StringField(_l("Dispute number"), [Length(max=LONGEST_NUMBER)])
    happened_on = DateField(_l("Date"), [InputRequired(_l("Write the date like 2026-11-23."))])
    gravity = SelectField(_l("Gravity"), choices=[choice(key, label) for key, label in GRAVITY_LABELS.items()])
    subject = StringField(
        lazy_pgettext("dispute", "Subject"),
        [InputRequired(_l("Say what the dispute is about.")), Length(max=LONGEST_SUBJECT)],
    )
    state = SelectField(_l("Status"), choices=[choice(key, label) for key, label in DISPUTE_LABELS.items()])
    outcome = TextAreaField(_l("Outcome"), [Length(max=LONGEST_OUTCOME)], render_kw={"rows": 4})

    def fill_new(self, customer: str) -> None:
        """What an empty form starts with."""
        self.customer.data, self.happened_on.data = customer, clock.today()

    def fill(self, dispute: Dispute, customer_code: str) -> None:
        """The dispute as it is stored."""
        for name in ("number", "happened_on", "gravity", "subject", "state", "outcome"):
            self[name].data = getattr(dispute, name)
        self.version.data, self.customer.data = str(dispute.version), customer_code

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        names = ("number", "happened_on", "gravity", "subject", "state", "outcome")
        return {"customer_id": customer_id(self.customer.data), **{name: self[name].data for name in names}}

    def meet(self, dispute: Dispute, customer_code: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = DisputeForm(formdata=None)
        stored.fill(dispute, customer_code)
        self.version.data = stored.version.data
        return differences(self, stored)
