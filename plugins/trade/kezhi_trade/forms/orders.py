"""The form of an order. Amounts are typed in units of the order's currency, the tax rate in percent."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import Refused, currency
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import _
from kezhi.money import to_units

from ..labels import STATUS_LABELS
from ..models import DONE, OPEN, Order
from ..services.orders import default_tax_rate, is_derived
from .reading import Difference, customer_id, differences, minor


class OrderForm(Form):
    """Entering or changing an order. ``version`` is that of the order when the form was opened."""

    version = HiddenField()
    customer = StringField(_l("Customer code"), [InputRequired(_l("Say whose order this is.")), Length(max=80)])
    number = StringField(_l("Order number"), [InputRequired(_l("An order needs a number.")), Length(max=80)])
    order_date = DateField(_l("Order date"), [InputRequired(_l("Write the date like 2026-11-23."))])
    product_group = StringField(_l("Product group"), [Length(max=120)])
    amount = StringField(_l("Amount without tax"), [InputRequired(_l("An order needs an amount of 0 or more."))])
    currency = StringField(_l("Currency"), [Length(max=3)], render_kw={"maxlength": 3})
    tax_rate = StringField(_l("Tax rate"))
    cost = StringField(_l("Cost"))
    profit = StringField(_l("Profit"))
    promised_date = DateField(_l("Promised date"), [Optional()])
    shipped_date = DateField(_l("Ship date"), [Optional()])
    status = SelectField(_l("Status"), choices=[choice(key, STATUS_LABELS[key]) for key in (OPEN, DONE)])

    def fill_new(self, customer: str) -> None:
        """What an empty form starts with."""
        self.customer.data = customer
        self.currency.data = currency()
        self.tax_rate.data = _percent(default_tax_rate())

    def fill(self, order: Order, customer_code: str) -> None:
        """The order as it is stored. A profit that only follows from the cost stays empty, to follow again."""
        code = order.currency
        for name in ("number", "order_date", "product_group", "promised_date", "shipped_date", "status"):
            self[name].data = getattr(order, name)
        self.version.data = str(order.version)
        self.customer.data = customer_code
        self.currency.data = code
        self.tax_rate.data = _percent(order.tax_rate)
        self.amount.data = to_units(order.amount, code)
        self.cost.data = "" if order.cost is None else to_units(order.cost, code)
        stored = {"profit": order.profit, "cost": order.cost, "amount": order.amount}
        self.profit.data = "" if order.profit is None or is_derived(stored) else to_units(order.profit, code)

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        code = (self.currency.data or "").upper() or currency()
        return {
            "customer_id": customer_id(self.customer.data),
            "number": self.number.data or "",
            "order_date": self.order_date.data,
            "product_group": self.product_group.data or "",
            "amount": minor(self.amount.data, code, "amount"),
            "currency": code,
            "tax_rate": _ppm(self.tax_rate.data),
            "cost": minor(self.cost.data, code, "cost"),
            "profit": minor(self.profit.data, code, "profit"),
            "promised_date": self.promised_date.data,
            "shipped_date": self.shipped_date.data,
            "status": self.status.data,
        }

    def meet(self, order: Order, customer_code: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = OrderForm(formdata=None)
        stored.fill(order, customer_code)
        self.version.data = stored.version.data
        return differences(self, stored)


def _ppm(text: str | None) -> int | None:
    """A percentage as parts per million; None for the company's own rate."""
    if not (text or "").strip():
        return None
    assert text is not None
    try:
        scaled = Decimal(text.strip().rstrip("%％").strip()).scaleb(4)
    except InvalidOperation:
        scaled = Decimal("NaN")
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 <= scaled <= 1_000_000:
        raise Refused(_("“%(value)s” is no tax rate: it lies between 0 and 100 percent.", value=text), field="tax_rate")
    return int(scaled)


def _percent(ppm: int) -> str:
    return f"{Decimal(ppm).scaleb(-4).normalize():f}"
