"""The forms about one customer: its class, and a limit of its own (CRD-01, CRD-03)."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import _

from ..services import classes_in_use, title_of
from ..services.limits import LONGEST_REASON
from ..services.ratings import months_later
from .reading import read_money

DAY = _l("Write the date like 2026-11-23.")


class RateForm(Form):
    """Rating a customer from a day on."""

    class_id = SelectField(_l("Credit class"))
    valid_from = DateField(_l("Takes effect on"), [InputRequired(DAY)])
    review_on = DateField(_l("Next review"), [Optional()])
    reason = TextAreaField(
        _l("Grounds of the rating"),
        [InputRequired(_l("Say why the customer is rated so.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )  # fmt: skip

    def offer(self, present: int | None) -> None:
        """The classes to choose from, and what an empty form starts with."""
        known = [choice(each["id"], f"{each['key']} {title_of(each)}") for each in classes_in_use()]
        self.class_id.choices = [*known, choice("", _("Not rated: cash only"))]
        if not self.is_submitted():
            self.class_id.data = str(present or "")
            self.valid_from.data = clock.today()

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        chosen = self.class_id.data
        return {"class_id": int(chosen) if chosen else None, "valid_from": self.valid_from.data,
                "review_on": self.review_on.data, "reason": self.reason.data or ""}  # fmt: skip


class LimitForm(Form):
    """Asking for a limit of a customer's own."""

    amount = StringField(_l("Credit limit"), [InputRequired(_l("Write the limit that is needed."))])
    valid_from = DateField(_l("From"), [InputRequired(DAY)])
    valid_to = DateField(_l("Through"), [InputRequired(DAY)])
    reason = TextAreaField(
        _l("Why it is needed"),
        [InputRequired(_l("Say why this customer needs another limit.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )  # fmt: skip

    def fill_new(self) -> None:
        """Three months from today."""
        self.valid_from.data, self.valid_to.data = clock.today(), months_later(clock.today(), 3)

    def values(self) -> dict[str, Any]:
        """What the service takes. Errors: ``Refused`` naming the field."""
        return {"amount": read_money(self.amount.data, "amount"), "valid_from": self.valid_from.data,
                "valid_to": self.valid_to.data, "reason": self.reason.data or ""}  # fmt: skip
