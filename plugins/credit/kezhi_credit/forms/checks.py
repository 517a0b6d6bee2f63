"""The form of the credit check, and of a release (CRD-05)."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form

from ..services.checking import LONGEST_ORDER
from ..services.limits import LONGEST_REASON


class CheckForm(Form):
    """What is asked: who, how much, for which order. Sent with GET: asking changes nothing."""

    class Meta(Form.Meta):
        csrf = False

    def is_asked(self) -> bool:
        """Whether somebody has sent a question; a link from a customer only names whom it will be about."""
        return bool(self.customer.data) and self.amount.data is not None

    customer = StringField(
        _l("Customer: code or name"), [InputRequired(_l("Write the code or a part of the name.")), Length(max=200)],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    amount = StringField(
        _l("Amount, tax included"), [InputRequired(_l("Write the amount.")), Length(max=30)],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )  # fmt: skip
    order = StringField(_l("Order number"), [Optional(), Length(max=LONGEST_ORDER)], render_kw={"autocomplete": "off"})


class ReleaseForm(Form):
    """Asking for the release of a blocked order."""

    reason = TextAreaField(
        _l("Why this order should be shipped all the same"),
        [InputRequired(_l("Say why this order should be shipped all the same.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )  # fmt: skip
