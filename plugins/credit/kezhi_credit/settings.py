"""What a company may decide about credit besides its classes."""

from __future__ import annotations

from decimal import Decimal

from flask import current_app
from wtforms import DecimalField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm, currency, setting
from kezhi import lazy_gettext as _l
from kezhi.forms import SelectChoice, choice
from kezhi.metrics import all_metrics
from kezhi.money import to_minor

NUMBER = _l("Write a number of 0 or more.")
PERCENT = _l("Write a number between 0 and 100.")


def _metrics() -> list[SelectChoice]:
    """The amounts that enabled apps provide; none while the app is being built."""
    none = choice("", _l("No turnover is known"))
    if "kezhi" not in current_app.extensions:
        return [none]
    return [none, *(choice(key, each.title) for key, each in all_metrics().items() if each.unit == "money")]


class CreditSettings(SettingsForm):
    """The settings of credit."""

    manager_limit = DecimalField(
        _l("Above this limit of a customer's own, in units of the currency, the general manager signs too"),
        [InputRequired(NUMBER), NumberRange(min=0, max=10_000_000_000)],
        default=Decimal("200000"),
        places=2,
    )
    manager_release = DecimalField(
        _l("Above this amount of a blocked order, in units of the currency, the general manager signs its release too"),
        [InputRequired(NUMBER), NumberRange(min=0, max=10_000_000_000)],
        default=Decimal("100000"),
        places=2,
    )
    release_days = IntegerField(
        _l("Days for which a release can be used"),
        [InputRequired(NUMBER), NumberRange(min=0, max=90)],
        default=7,
    )
    overdue_days = IntegerField(
        _l("Days overdue after which the credit check blocks"),
        [InputRequired(NUMBER), NumberRange(min=0, max=3650)],
        default=30,
    )
    turnover_metric = SelectField(
        _l("Turnover of the last 12 months, for limits that are a share of it"),
        choices=_metrics,
        default="trade.order_amount_12m",
        validate_choice=False,
    )
    turnover_tax = DecimalField(
        _l("Tax in percent that is added to it, because limits include tax; 0 for figures that include it"),
        [InputRequired(PERCENT), NumberRange(min=0, max=100)],
        default=Decimal("13"),
        places=2,
    )


def minor(key: str) -> int:
    """A setting that is an amount, in minor units of the company's currency."""
    return to_minor(str(setting("credit", key)), currency())
