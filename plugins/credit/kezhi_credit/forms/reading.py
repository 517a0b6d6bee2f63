"""What the forms of this app have in common: amounts in units of the currency, and percentages."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from kezhi import Refused, currency
from kezhi.i18n import _
from kezhi.money import exponent, to_minor, to_units


def read_money(text: str | None, field: str) -> int:
    """An amount in minor units of the company's currency; 0 for an empty control. Errors: ``Refused`` at ``field``."""
    if not (text or "").strip():
        return 0
    assert text is not None
    code = currency()
    try:
        value = to_minor(text.replace("，", ","), code)
    except ValueError as error:
        reasons = {
            "digits": _("“%(value)s” has more than %(digits)s decimals.", value=text, digits=exponent(code)),
            "large": _("“%(value)s” is larger than any amount that can be kept.", value=text),
        }
        number = _("“%(value)s” is no number. Write it like 50000 or 1234.50.", value=text)
        raise Refused(reasons.get(str(error)) or number, field=field) from None
    if value < 0:
        raise Refused(_("Write an amount of 0 or more."), field=field)
    return value


def write_money(minor: int) -> str:
    """An amount as it is typed: whole units without decimals."""
    text = to_units(minor, currency())
    return text.removesuffix("." + "0" * exponent(currency())) if "." in text else text


def read_percent(text: str | None, field: str, most: int = 100) -> int:
    """A percentage with up to four decimals as parts per million; 0 for an empty control. Errors: ``Refused``."""
    clean = (text or "").replace("%", "").replace("％", "").strip()
    if not clean:
        return 0
    try:
        value = Decimal(clean)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= most or value.scaleb(4) != int(value.scaleb(4)):
        reason = _("“%(value)s” is no percentage from 0 to %(most)s. Write it like 30 or 0.05.", value=text, most=most)
        raise Refused(reason, field=field)
    return int(value.scaleb(4))


def write_percent(ppm: int) -> str:
    """Parts per million as they are typed."""
    text = f"{Decimal(ppm).scaleb(-4):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
