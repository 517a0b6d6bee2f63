"""The form of a credit class (CRD-03)."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..labels import DELIVERY_LABELS, LIMIT_LABELS, SECURITY_LABELS, TONE_LABELS, WAY_LABELS
from ..services.classes import LONGEST_NAME, LONGEST_REASON, MOST_DAYS, MOST_MONTHS
from .reading import read_money, read_percent, write_money, write_percent

TEXTS = ("zh", "en", "tone", "limit_kind", "delivery", "security")


class ClassForm(Form):
    """A class and its terms. ``version`` is that of the class when the form was opened; ``key_name`` is chosen once."""

    version = HiddenField()
    key_name = StringField(_l("Letter"), [Optional(), Length(max=8)])
    zh = StringField(
        _l("Chinese name"), [InputRequired(_l("A credit class needs a Chinese name.")), Length(max=LONGEST_NAME)]
    )
    en = StringField(_l("English name"), [Optional(), Length(max=LONGEST_NAME)])
    tone = SelectField(_l("Colour"), choices=[choice(key, text) for key, text in TONE_LABELS.items()])
    delivery = SelectField(_l("Delivery rule"), choices=[choice(key, text) for key, text in DELIVERY_LABELS.items()])
    limit_kind = SelectField(_l("The limit is"), choices=[choice(key, text) for key, text in LIMIT_LABELS.items()])
    amount = StringField(_l("Credit limit, or its cap"), [Optional()])
    share = StringField(_l("Share of the turnover, in percent"), [Optional()])
    days = IntegerField(
        _l("Payment term in days"),
        [InputRequired(_l("Write a whole number of days; 0 for at once.")), NumberRange(min=0, max=MOST_DAYS)],
    )
    deposit = StringField(_l("Deposit on each order, in percent"), [Optional()])
    interest = StringField(_l("Surcharge for each day overdue, in percent"), [Optional()])
    ways = SelectMultipleField(
        _l("Allowed ways to pay"),
        choices=[choice(key, text) for key, text in WAY_LABELS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    security = SelectField(_l("Required security"), choices=[choice(*pair) for pair in SECURITY_LABELS.items()])
    review_months = IntegerField(
        _l("Months between two reviews"),
        [InputRequired(_l("Write a whole number of months.")), NumberRange(min=1, max=MOST_MONTHS)],
    )
    reason = TextAreaField(_l("Reason of the change"), [Optional(), Length(max=LONGEST_REASON)], render_kw={"rows": 2})

    def fill(self, row: dict[str, Any]) -> None:
        """The terms in force."""
        for name in TEXTS:
            self[name].data = row[name]
        self.ways.data, self.days.data, self.review_months.data = row["ways"], row["days"], row["review_months"]
        self.amount.data = write_money(row["amount"])
        for name in ("share", "deposit", "interest"):
            self[name].data = write_percent(row[name])
        self.version.data, self.key_name.data = str(row["version"]), row["key"]

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        found: dict[str, Any] = {name: self[name].data for name in (*TEXTS, "ways", "days", "review_months")}
        found["key"] = self.key_name.data
        found["amount"] = read_money(self.amount.data, "amount")
        found |= {name: read_percent(self[name].data, name) for name in ("share", "deposit", "interest")}
        return found
