"""The form of declared figures: one customer, one year, and a control for every figure in use (TRD-07)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length

from kezhi import Refused, clock, currency
from kezhi import lazy_gettext as _l
from kezhi.forms import Form
from kezhi.i18n import _

from ..models import MONEY, RATIO
from ..services.declarations import LONGEST_SOURCE
from ..services.figures import figures_in_use, title_of
from .reading import customer_id, minor

PREFIX = "figure_"


class DeclarationForm(Form):
    """What is said about all figures at once."""

    customer = StringField(_l("Customer code"), [InputRequired(_l("Say whose figures these are.")), Length(max=80)])
    year = IntegerField(_l("Year"), [InputRequired(_l("Write the year like 2026."))])
    declared_on = DateField(_l("Declared on"), [InputRequired(_l("Write the date like 2026-11-23."))])
    stated_in = StringField(
        _l("Stated in"), [InputRequired(_l("Say where the figures come from.")), Length(max=LONGEST_SOURCE)]
    )

    def fill_new(self, customer: str) -> None:
        """What an empty form starts with: the last full year, stated today."""
        today = clock.today()
        self.customer.data, self.year.data, self.declared_on.data = customer, today.year - 1, today

    def values(self) -> dict[str, int | None]:
        """The figures by key, None where nothing was typed. Errors: ``Refused`` naming the field."""
        return {
            figure["key"]: _read(self[PREFIX + figure["key"]].data, figure["unit"], PREFIX + figure["key"])
            for figure in figures_in_use()
            if PREFIX + figure["key"] in self
        }

    def customer_id(self) -> int:
        """The id of the customer. Errors: ``Refused`` naming the field."""
        return customer_id(self.customer.data)


def declaration_form() -> Any:
    """A form with the figures that the company asks for now."""
    controls = {PREFIX + figure["key"]: StringField(title_of(figure), [Length(max=60)]) for figure in figures_in_use()}
    return type("CompanyDeclarationForm", (DeclarationForm,), controls)()


def _read(text: str | None, unit: str, field: str) -> int | None:
    """What was typed, in the integer form of a unit."""
    if not (text or "").strip():
        return None
    assert text is not None
    if unit == MONEY:
        return minor(text, currency(), field)
    typed = text.strip().rstrip("%％").strip() if unit == RATIO else text.strip()
    try:
        scaled = Decimal(typed.replace(",", "").replace("\N{MINUS SIGN}", "-")).scaleb(4 if unit == RATIO else 0)
    except InvalidOperation:
        scaled = Decimal("NaN")
    if not scaled.is_finite() or abs(scaled.adjusted()) > 20:
        raise Refused(_("“%(value)s” is no number. Write it like 1234.50.", value=text), field=field)
    if scaled != scaled.to_integral_value():
        if unit == RATIO:
            raise Refused(_("“%(value)s” has more than four decimals.", value=text), field=field)
        raise Refused(_("“%(value)s” is no whole number.", value=text), field=field)
    return int(scaled)
