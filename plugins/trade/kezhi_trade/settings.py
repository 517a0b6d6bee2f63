"""What a company may decide about its trade figures."""

from __future__ import annotations

from decimal import Decimal

from wtforms import BooleanField, DateField, DecimalField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l

WORKDAY = _l("Write a number between 1 and 23.")


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
    confirm_months = BooleanField(
        _l("Figures that judge customers count only the rows of confirmed months"), default=False
    )
    first_month = DateField(
        _l("The first month that is confirmed: any day of it; earlier months count as recorded"), [Optional()]
    )
    submit_day = IntegerField(
        _l("Sales submits a month by this workday of the next one"),
        [InputRequired(WORKDAY), NumberRange(min=1, max=23)],
        default=3,
    )
    check_day = IntegerField(
        _l("Data analysis checks it by this workday"), [InputRequired(WORKDAY), NumberRange(min=1, max=23)], default=5
    )
    confirm_day = IntegerField(
        _l("Finance and inventory control confirm it by this workday"),
        [InputRequired(WORKDAY), NumberRange(min=1, max=23)],
        default=8,
    )
