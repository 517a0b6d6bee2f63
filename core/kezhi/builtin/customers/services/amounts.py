"""Figures of the file: what people type becomes an integer, and an integer becomes what people read or a file holds."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from kezhi import Refused, currency
from kezhi.figures import PPM, divide
from kezhi.filters import money as shown_money
from kezhi.filters import number as shown_number
from kezhi.i18n import _
from kezhi.money import LARGEST, exponent, to_minor, to_units

LARGEST_COUNT = 2**31 - 1
#: parts per million have four digits after the point of a percentage
PERCENT_DIGITS = 4
_GROUPED = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


def to_number(kind: str, value: object) -> int:
    """A figure of ``kind`` as it is stored; an integer is stored already. Errors: ``Refused``."""
    number = value if isinstance(value, int) else _typed(kind, str(value))
    largest = {"money": LARGEST, "count": LARGEST_COUNT, "percent": PPM}[kind]
    if not 0 <= number <= largest:
        raise Refused(_("“%(value)s” is too large, or below nothing.", value=str(value)[:40]))
    return number


def _typed(kind: str, text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").removeprefix("¥").removesuffix("元")
    if kind == "percent":
        plain = plain.removesuffix("%")
    if _GROUPED.fullmatch(plain) is None:
        raise Refused(_("“%(value)s” is not a number: write it as 1234.50.", value=text[:40]))
    plain = plain.replace(",", "")
    if kind == "money":
        return _minor(plain, text)
    try:
        scaled = Decimal(plain).scaleb(PERCENT_DIGITS if kind == "percent" else 0)
        if scaled != scaled.to_integral_value():
            raise Refused(_("“%(value)s” has too many digits after the point.", value=text[:40]))
        return int(scaled)
    except (InvalidOperation, OverflowError):
        raise Refused(_("“%(value)s” is too large, or below nothing.", value=text[:40])) from None


def _minor(plain: str, text: str) -> int:
    try:
        return to_minor(plain, currency())
    except ValueError as error:
        reason = str(error)
    if reason == "digits":
        raise Refused(
            _(
                "“%(value)s” has more than %(digits)s digits after the point.",
                value=text[:40],
                digits=exponent(currency()),
            )
        )
    raise Refused(_("“%(value)s” is too large, or below nothing.", value=text[:40]))


def number_text(kind: str, value: int | None) -> str:
    """A figure as a form or a file holds it: read back it is the same."""
    if value is None:
        return ""
    if kind == "money":
        return to_units(value, currency())
    return percent_text(value) if kind == "percent" else str(value)


def percent_text(value: int) -> str:
    """Parts per million as a percentage without needless digits."""
    whole, rest = divmod(value, 10**PERCENT_DIGITS)
    digits = f"{rest:0{PERCENT_DIGITS}d}".rstrip("0")
    return f"{whole}.{digits}%" if digits else f"{whole}%"


def number_shown(kind: str, value: int | None) -> str:
    """A figure as people read it; nothing for none."""
    if value is None:
        return ""
    if kind == "money":
        return shown_money(value, cents=divide(value, 100) * 100 != value)
    return percent_text(value) if kind == "percent" else shown_number(value)
