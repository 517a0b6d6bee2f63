"""What a company may decide about its trade figures."""

from __future__ import annotations

from decimal import Decimal

from wtforms import DecimalField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class TradeSettings(SettingsForm):
    """The settings of trade."""

    tax_percent = DecimalField(
        _l("Tax rate of an order that names none, in percent"),
        [InputRequired(_l("Write a number between 0 and 100.")), NumberRange(min=0, max=100)],
        default=Decimal("13"),
        places=2,
    )
    payment_days = IntegerField(
        _l("Days until an invoice is due that names no due date"),
        [InputRequired(_l("Write a number between 0 and 365.")), NumberRange(min=0, max=365)],
        default=30,
    )
