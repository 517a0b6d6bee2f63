"""What a company decides about what follows from a complaint (CMP-13 to CMP-15)."""

from __future__ import annotations

from decimal import Decimal

from wtforms import BooleanField, DecimalField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from kezhi import lazy_gettext as _l

from .settings_handling import WHOLE, HandlingSettings

AMOUNT = _l("Write a number of 0 or more.")


def _amount(label: object, default: str) -> DecimalField:
    checks = [InputRequired(AMOUNT), NumberRange(min=0, max=10_000_000_000)]
    return DecimalField(label, checks, default=Decimal(default), places=2)


def _whole(label: object, default: int, most: int, least: int = 1) -> IntegerField:
    return IntegerField(label, [InputRequired(WHOLE), NumberRange(min=least, max=most)], default=default)


class RemedySettings(HandlingSettings):
    """Remedies, corrective actions, repeated causes and satisfaction."""

    compensation_limit = _amount(
        _l("Compensation and discounts of a complaint above this sum, in units of the currency, need approval"), "5000"
    )
    compensation_chief = _amount(_l("Above this sum, in units of the currency, the general manager signs too"), "50000")
    action_days = _whole(_l("Days in which a corrective action is done, unless another day is chosen"), 14, 365)
    check_days = _whole(_l("Days after which the effect of a corrective action is checked"), 30, 365)
    repeat_days = _whole(_l("Days within which the same cause counts as repeated"), 90, 1100)
    ask_satisfaction = BooleanField(
        _l("Ask customers whether they are satisfied when a complaint is closed"), default=True
    )
    satisfaction_days = _whole(_l("Days for which the link to the question works"), 14, 90)
