"""Cells of order and rate files as JSON values. What a currency decides is left to the check of the whole batch."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from kezhi import Refused
from kezhi.builtin.imports.values import parse_code, parse_percent
from kezhi.figures import PPM
from kezhi.i18n import _
from kezhi.money import LARGEST

from ..models import CANCELLED, DONE, OPEN

#: Amounts wait in ten-thousandths of a unit until the currency is known: none has more digits.
DIGITS = 4

STATUS_WORDS = {
    OPEN: ("open", "进行中", "未完成", "执行中"),
    DONE: ("done", "closed", "completed", "shipped", "已完成", "完成", "已出货"),
    CANCELLED: ("cancelled", "canceled", "void", "已取消", "取消", "作废", "已作废"),
}

_MONTH = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})|(\d{2}))(?:月|(?:[-/.月]\d{1,2}日?)(?:[T ]?00?:00(?::00(?:\.0+)?)?)?)?"
)


def read_customer_code(text: str) -> str:
    """A customer code as customer files keep it: half-width, without blanks."""
    return "".join(parse_code(text).split())


def read_amount(text: str) -> int:
    """An amount of 0 or more, in ten-thousandths of a unit."""
    value = read_signed(text)
    if value < 0:
        raise Refused(_("“%(value)s” is below 0: an amount is 0 or more.", value=text))
    return value


def read_signed(text: str) -> int:
    """An amount of either sign, in ten-thousandths of a unit."""
    scaled = _decimal(text).scaleb(DIGITS)
    if scaled != scaled.to_integral_value():
        raise Refused(_("“%(value)s” has more than four decimals.", value=text))
    if abs(scaled) > LARGEST * 100:
        raise Refused(_("“%(value)s” is larger than any amount that can be kept.", value=text))
    return int(scaled)


def read_tax_rate(text: str) -> int:
    """A tax rate in parts per million."""
    share = parse_percent(text)
    if not 0 <= share <= PPM:
        raise Refused(_("“%(value)s” is no tax rate: it lies between 0 and 100 percent.", value=text))
    return share


def read_rate(text: str) -> int:
    """A month rate in millionths."""
    scaled = _decimal(text).scaleb(6)
    if scaled != scaled.to_integral_value() or scaled <= 0:
        raise Refused(_("“%(value)s” is no rate: write a number above 0 with at most six decimals.", value=text))
    return int(scaled)


def read_status(text: str) -> str:
    """A status in either language."""
    for status, words in STATUS_WORDS.items():
        if text.strip().lower() in words:
            return status
    raise Refused(_("There is no order status “%(status)s”: write open, done or cancelled.", status=text))


def read_month(text: str) -> str:
    """A month as its first day: ``1998-05``, ``1998/5``, ``199805``, ``1998年5月``, or a day in it."""
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", text).strip())
    month = int(found[2] or found[3]) if found else 0
    if found is None or not 1 <= month <= 12:
        raise Refused(_("“%(value)s” is no month: write it like 2026-03.", value=text))
    return f"{found[1]}-{month:02}-01"


def _decimal(text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").replace(",", "").strip()
    try:
        value = Decimal(plain.removeprefix("¥").removesuffix("元").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > 20:
        raise Refused(_("“%(value)s” is no number. Write it like 1234.50.", value=text))
    return value
