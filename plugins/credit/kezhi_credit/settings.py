"""What a company may decide about credit besides its classes."""

from __future__ import annotations

from decimal import Decimal

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
    watch_used = IntegerField(
        _l("The watch tells of customers that use more than this percent of their limit"),
        [InputRequired(PERCENT), NumberRange(min=1, max=100)],
        default=80,
    )
    watch_overdue_days = IntegerField(
        _l("The watch tells of customers that are overdue for more than these days"),
        [InputRequired(NUMBER), NumberRange(min=0, max=3650)],
        default=15,
    )
    watch_lowered_days = IntegerField(
        _l("Days for which the watch keeps telling that a class was lowered"),
        [InputRequired(NUMBER), NumberRange(min=0, max=3650)],
        default=90,
    )
    watch_orders_metric = SelectField(
        _l("Orders in a span of time, whose sharp fall the watch tells of"),
        choices=_metrics,
        default="trade.order_amount",
        validate_choice=False,
    )
    watch_orders_days = IntegerField(
        _l("Days of that span; it is compared with as many days before"),
        [InputRequired(NUMBER), NumberRange(min=7, max=366)],
        default=90,
    )
    watch_orders_fall = IntegerField(
        _l("A fall by this percent or more is sharp"),
        [InputRequired(PERCENT), NumberRange(min=1, max=100)],
        default=50,
    )
    watch_expired_days = IntegerField(
        _l("The watch tells of rated customers whose investigation expired more than these days ago"),
        [InputRequired(NUMBER), NumberRange(min=0, max=3650)],
        default=0,
    )
    watch_answer_days = IntegerField(
        _l("Working days within which a measure is decided on"),
        [InputRequired(NUMBER), NumberRange(min=0, max=90)],
        default=3,
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
