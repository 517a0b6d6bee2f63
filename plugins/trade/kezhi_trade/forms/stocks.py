"""The form of stock held for a customer at the end of a month."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from kezhi import Refused, clock, currency
from kezhi import lazy_gettext as _l
from kezhi.forms import Form
from kezhi.i18n import _
from kezhi.money import to_units

from ..calendar_months import later, month_of
from ..models import Stock
from ..services.months import month_named
from .reading import Difference, customer_id, differences, minor


class StockForm(Form):
    """Stock in units of the company's currency, at cost. ``version`` is that when the form was opened."""

    version = HiddenField()
    customer = StringField(_l("Customer code"), [InputRequired(_l("Say whose record this is.")), Length(max=80)])
    month = StringField(_l("Month"), [InputRequired(_l("Write the month like 2026-03.")), Length(max=7)])
    held = StringField(_l("Stock held"), [InputRequired(_l("Write what was held, 0 or more."))])
    dead = StringField(_l("Dead stock"), [Length(max=40)])

    def fill_new(self, customer: str, month: str) -> None:
        """What an empty form starts with: the last month that is over."""
        self.customer.data = customer
        self.month.data = month or f"{later(month_of(clock.today()), -1):%Y-%m}"

    def fill(self, stock: Stock, customer_code: str) -> None:
        """The stock as it is stored."""
        self.version.data, self.customer.data = str(stock.version), customer_code
        self.month.data = f"{stock.month:%Y-%m}"
        self.held.data, self.dead.data = to_units(stock.held, currency()), to_units(stock.dead, currency())

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        return {
            "customer_id": customer_id(self.customer.data),
            "month": self._month(),
            "held": minor(self.held.data, currency(), "held"),
            "dead": minor(self.dead.data, currency(), "dead") or 0,
        }

    def _month(self) -> Any:
        try:
            return month_named((self.month.data or "").strip())
        except Refused:
            raise Refused(_("Write a month that has begun, like 2026-03."), field="month") from None

    def meet(self, stock: Stock, customer_code: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = StockForm(formdata=None)
        stored.fill(stock, customer_code)
        self.version.data = stored.version.data
        return differences(self, stored)
