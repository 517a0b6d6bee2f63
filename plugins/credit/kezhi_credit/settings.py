"""What a company may decide about credit besides its classes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import current_app
from wtforms import DecimalField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm, currency, localised, setting
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


def _classes() -> list[SelectChoice]:
    """The classes that the watch can lower a customer to."""
    never = choice("", _l("Never: only people decide"))
    if "kezhi" not in current_app.extensions:
        return [never]
    from .services.classes import classes_in_use, title_of

    return [never, *(choice(each["key"], f"{each['key']} {title_of(each)}") for each in classes_in_use())]


def _cards() -> list[SelectChoice]:
    """The score cards that enabled apps offer beside the built-in one."""
    own = choice("", _l("The built-in score card"))
    if "kezhi" not in current_app.extensions:
        return [own]
    from kezhi.builtin.customers.services import score_cards

    return [own, *(choice(key, localised(card.title)) for key, card in score_cards().items())]


def amount(label: Any, default: str) -> DecimalField:
    """An amount in units of the company's currency."""
    checks = [InputRequired(NUMBER), NumberRange(min=0, max=10_000_000_000)]
    return DecimalField(label, checks, default=Decimal(default), places=2)


def days(label: Any, default: int, most: int, least: int = 0) -> IntegerField:
    """A span of days."""
    return IntegerField(label, [InputRequired(NUMBER), NumberRange(min=least, max=most)], default=default)


def percent(label: Any, default: int) -> IntegerField:
    """A whole percentage, not 0."""
    return IntegerField(label, [InputRequired(PERCENT), NumberRange(min=1, max=100)], default=default)


class CreditSettings(SettingsForm):
    """The settings of credit."""

    manager_limit = amount(
        _l("Above this limit of a customer's own, in units of the currency, the general manager signs too"), "200000"
    )
    manager_release = amount(
        _l("Above this amount of a blocked order, in units of the currency, the general manager signs its release too"),
        "100000",
    )
    release_days = days(_l("Days for which a release can be used"), 7, 90)
    overdue_days = days(_l("Days overdue after which the credit check blocks"), 30, 3650)
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
    watch_used = percent(_l("The watch tells of customers that use more than this percent of their limit"), 80)
    watch_overdue_days = days(_l("The watch tells of customers that are overdue for more than these days"), 15, 3650)
    watch_lowered_days = days(_l("Days for which the watch keeps telling that a class was lowered"), 90, 3650)
    watch_orders_metric = SelectField(
        _l("Orders in a span of time, whose sharp fall the watch tells of"),
        choices=_metrics,
        default="trade.order_amount",
        validate_choice=False,
    )
    watch_orders_days = days(_l("Days of that span; it is compared with as many days before"), 90, 366, least=7)
    watch_orders_fall = percent(_l("A fall by this percent or more is sharp"), 50)
    watch_expired_days = days(
        _l("The watch tells of rated customers whose investigation expired more than these days ago"), 0, 3650
    )
    watch_answer_days = days(_l("Working days within which a measure is decided on"), 3, 90)
    measure_security = SelectField(
        _l("While a security that a measure requires is not recorded, the credit check"),
        choices=[choice("block", _l("blocks")), choice("warn", _l("warns"))],
        default="block",
    )
    watch_lower_to = SelectField(
        _l("Over the limit or overdue too long: lower the class by itself to"),
        choices=_classes,
        default="",
        validate_choice=False,
    )
    investigation_months = IntegerField(
        _l("Months for which a credit investigation holds unless its investigator says otherwise"),
        [InputRequired(NUMBER), NumberRange(min=1, max=60)],
        default=12,
    )
    investigation_expiring_days = IntegerField(
        _l("Days before it expires from which a credit investigation is shown as expiring"),
        [InputRequired(NUMBER), NumberRange(min=0, max=366)],
        default=30,
    )
    score_scheme = SelectField(
        _l("Score card that suggests classes on rating sheets"),
        choices=_cards,
        default="",
        validate_choice=False,
    )


def minor(key: str) -> int:
    """A setting that is an amount, in minor units of the company's currency."""
    return to_minor(str(setting("credit", key)), currency())
