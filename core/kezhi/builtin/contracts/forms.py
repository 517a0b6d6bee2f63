"""The forms of the contract register (CUS-13)."""

from __future__ import annotations

from typing import Any, NamedTuple

from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from kezhi import Refused, can, clock, currency
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import _
from kezhi.money import exponent, known_currency, to_minor, to_units

from .labels import FIELD_LABELS, SECRET
from .models import Contract
from .rules import MONEY
from .services.finding import customer_meant
from .services.kinds import LONGEST_NAME, MOST_DAYS, kind_text, kinds_in_use
from .services.values import LONGEST

DAY = _l("Write the day like 2026-11-23.")


class Difference(NamedTuple):
    """A field in which the stored contract and the form differ, as texts."""

    label: str
    stored: str
    typed: str


class DayField(DateField):
    """A day, or nothing; what is no day is said in so many words."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(DAY)) from None


class ContractForm(Form):
    """Entering, changing or renewing a contract. ``version`` is that of the contract when the form was opened."""

    version = HiddenField()
    customer = StringField(FIELD_LABELS["customer_id"], [InputRequired(_l("Say with whom.")), Length(max=200)])
    kind = SelectField(FIELD_LABELS["kind"])
    number = StringField(FIELD_LABELS["number"], [Length(max=LONGEST["number"])])
    title = StringField(FIELD_LABELS["title"], [Length(max=LONGEST["title"])])
    our_party = StringField(FIELD_LABELS["our_party"], [Length(max=LONGEST["our_party"])])
    their_party = StringField(FIELD_LABELS["their_party"], [Length(max=LONGEST["their_party"])])
    other_parties = StringField(FIELD_LABELS["other_parties"], [Length(max=LONGEST["other_parties"])])
    signed_on = DayField(FIELD_LABELS["signed_on"], [Optional()])
    our_signer = StringField(FIELD_LABELS["our_signer"], [Length(max=LONGEST["our_signer"])])
    their_signer = StringField(FIELD_LABELS["their_signer"], [Length(max=LONGEST["their_signer"])])
    valid_from = DayField(FIELD_LABELS["valid_from"], [Optional()])
    valid_to = DayField(FIELD_LABELS["valid_to"], [Optional()])
    remind_days = IntegerField(
        FIELD_LABELS["remind_days"], [Optional(), NumberRange(0, MOST_DAYS, _l("Write a whole number of days."))]
    )
    amount = StringField(FIELD_LABELS["amount"], [Length(max=40)], render_kw={"inputmode": "decimal"})
    currency = StringField(FIELD_LABELS["currency"], [Length(max=3)])
    terms = TextAreaField(FIELD_LABELS["terms"], [Length(max=LONGEST["terms"])], render_kw={"rows": 6})

    def prepare(self, held: str = "") -> None:
        """The kinds to choose from, with the one that the contract has already; no secrets for who may not see them."""
        found = [(kind["key"], kind_text(kind["key"])) for kind in kinds_in_use()]
        if held and held not in dict(found):
            found.append((held, kind_text(held)))
        self.kind.choices = [choice(key, text) for key, text in found]
        if not can(MONEY):
            for name in SECRET:
                del self[name]

    def begin(self, customer: str) -> None:
        """What an empty form starts with."""
        self.customer.data = customer
        if "currency" in self:
            self.currency.data = currency()

    def fill(self, contract: Contract, customer: str) -> None:
        """The contract as it is stored."""
        for name in self._names():
            self[name].data = getattr(contract, name)
        self.version.data, self.customer.data = str(contract.version), customer
        if "amount" in self and contract.amount is not None:
            self.amount.data = to_units(contract.amount, contract.currency)

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        found = {name: self[name].data for name in self._names()}
        found["customer_id"] = customer_meant(self.customer.data or "").id
        if "amount" in self:
            found["currency"] = (self.currency.data or currency()).upper()
            found["amount"] = minor(self.amount.data, found["currency"])
        return found

    def meet(self, contract: Contract, customer: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = ContractForm(formdata=None)
        stored.prepare(contract.kind)
        stored.fill(contract, customer)
        self.version.data = stored.version.data
        return [
            Difference(str(field.label.text), shown(stored[field.name]), shown(field))
            for field in self
            if not isinstance(field, HiddenField) and shown(field) != shown(stored[field.name])
        ]

    def _names(self) -> list[str]:
        return [name for name in self._fields if name in FIELD_LABELS and hasattr(Contract, name)]


def shown(field: Any) -> str:
    """What a control holds, as people read it."""
    if isinstance(field, SelectField):
        return next((str(option.label) for option in field.choices or () if option.value == field.data), "")
    return "" if field.data is None else str(field.data)


def minor(text: str | None, code: str) -> int | None:
    """An amount in minor units of a currency; None for an empty control. Errors: ``Refused`` at the field."""
    if not known_currency(code):
        raise Refused(_("“%(code)s” is no currency.", code=code), field="currency")
    if not (text or "").strip():
        return None
    assert text is not None
    try:
        return to_minor(text, code)
    except ValueError as error:
        reasons = {
            "digits": _("%(currency)s has no more than %(digits)s decimals.", digits=exponent(code), currency=code),
            "large": _("“%(value)s” is larger than any amount that can be kept.", value=text),
        }
        reason = reasons.get(str(error)) or _("“%(value)s” is no number. Write it like 1234.50.", value=text)
        raise Refused(reason, field="amount") from None


class EndForm(Form):
    """Ending one contract, or several, earlier than agreed."""

    version = HiddenField()
    last_day = DayField(_l("Last day in force"), [InputRequired(DAY)])
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why the contract ends.")), Length(max=LONGEST["termination_reason"])],
        render_kw={"rows": 3},
    )

    def begin(self, version: int) -> None:
        """What the form starts with."""
        self.version.data, self.last_day.data = str(version), clock.today()


class KindForm(Form):
    """One kind of contract. ``entry`` is empty for a new one."""

    entry = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    zh = StringField(_l("Chinese name"), [InputRequired(), Length(max=LONGEST_NAME)])
    en = StringField(_l("English name"), [Optional(), Length(max=LONGEST_NAME)])
    remind_days = IntegerField(
        _l("Reminder, days before the last one"),
        [InputRequired(_l("Write a whole number.")), NumberRange(0, MOST_DAYS)],
    )
