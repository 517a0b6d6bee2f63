"""Figures of score cards: shown to people, and typed by them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from kezhi import Refused, currency
from kezhi.i18n import _, ngettext
from kezhi.money import display, exponent, to_units

from .forms.reading import read_money

#: decimals of what is typed in a unit; ratios are typed in percent
DIGITS = {"ratio": 4, "points": 3, "count": 0, "days": 0, "years": 0}


def shown(value: int | None, unit: str) -> str:
    """A figure as people read it; ``—`` for none."""
    if value is None:
        return "—"
    if unit == "money":
        return str(display(value, currency(), cents=False))
    if unit == "date":
        return f"{value // 10_000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    if unit == "days":
        return str(ngettext("%(num)s day", "%(num)s days", value))
    text = typed(value, unit).replace("-", "−")
    return f"{text}%" if unit == "ratio" else text


def typed(value: int, unit: str) -> str:
    """A bound as it is typed: money in units of the currency, ratios in percent."""
    if unit == "money":
        text = to_units(value, currency())
        return text.removesuffix("." + "0" * exponent(currency())) if "." in text else text
    text = f"{Decimal(value).scaleb(-DIGITS.get(unit, 0)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(text: str, unit: str, field: str) -> int:
    """A bound in its integer form. Errors: ``Refused`` at ``field``."""
    if unit == "money":
        return read_money(text, field)
    digits = DIGITS.get(unit, 0)
    try:
        value = Decimal(text.replace("%", "").replace("％", "").replace(",", "").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 10**12:
        raise Refused(_("“%(value)s” is no number. Write it like 30 or 2.5.", value=text), field=field)
    if value.scaleb(digits) != int(value.scaleb(digits)):
        raise Refused(_("“%(value)s” has more than %(digits)s decimals.", value=text, digits=digits), field=field)
    return int(value.scaleb(digits))
