"""Money: an integer of minor units plus its currency."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache

from babel import numbers as babel_numbers

#: Largest amount of one record, in minor units; sums of a million of them still fit 64 bits.
LARGEST = 9_000_000_000_000


@cache
def exponent(currency: str) -> int:
    """Digits after the point of a currency (CNY 2, JPY 0)."""
    return int(babel_numbers.get_currency_precision(currency))


def known_currency(code: str) -> bool:
    """Whether ``code`` is a currency code."""
    return bool(babel_numbers.is_currency(code))


def to_minor(text: str, currency: str) -> int:
    """Read an amount in units. Errors: ``ValueError`` with ``number``, ``digits`` or ``large``."""
    try:
        value = Decimal(text.replace(",", "").replace("¥", "").strip())
    except InvalidOperation as error:
        raise ValueError("number") from error
    if not value.is_finite():
        raise ValueError("number")
    scaled = value.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError("digits")
    if abs(scaled) > LARGEST:
        raise ValueError("large")
    return int(scaled)


def to_units(minor: int, currency: str) -> str:
    """An amount as a decimal string in units (``"61109.92"``)."""
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def display(minor: int | None, currency: str, *, cents: bool = True) -> str:
    """An amount as people read it (``¥1,234.50``); ``—`` for none, ``−`` in front of negatives."""
    if minor is None:
        return "—"
    digits = exponent(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    if not cents and 2 * rest + whole % 2 > 10**digits:  # half to even
        whole += 1
    symbol = "¥" if currency == "CNY" else f"{currency} "
    decimals = f".{rest:0{digits}}" if cents and digits else ""
    return f"{'−' if minor < 0 else ''}{symbol}{whole:,}{decimals}"
