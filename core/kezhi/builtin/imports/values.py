"""Parsers of cells, shared by all importers: trimmed text → a JSON value, or ``Refused`` with the reason.

Dates are ISO text, money is whole minor units, shares are whole parts per million.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from kezhi import Refused
from kezhi.figures import PPM, divide
from kezhi.i18n import _
from kezhi.money import exponent, known_currency, to_minor

from .cells import shortened

LONGEST_CODE = 80
LONGEST_SHOWN = 60  #: characters of a value that a message repeats

_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
)
_MIDNIGHT = re.compile(r"[T ]?00?:00(:00(\.0+)?)?")
_CLOCK = re.compile(r"[T ]?\d{1,2}:\d{2}.*")
_PLAIN = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
#: what a spreadsheet leaves of a number with more digits than it keeps or shows
_EXPONENT = re.compile(r"-?\d(\.\d+)?E\+[1-9]\d+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_DAY_NUMBER = re.compile(r"[2-6]\d{4}(\.\d+)?")
_IN_BRACKETS = re.compile(r"\(([^()+-]+)\)")
_LARGE_UNITS = {"万": 4, "亿": 8}
_FORMULA_ERRORS = frozenset(
    {"#DIV/0!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
)
_CURRENCIES = {
    "人民币": "CNY",
    "元": "CNY",
    "RMB": "CNY",
    "¥": "CNY",
    "美元": "USD",
    "$": "USD",
    "欧元": "EUR",
    "€": "EUR",
}


def shown(text: object) -> str:
    """A value as a message repeats it: cut when it is long."""
    value = str(text)
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


def check_cell(text: str) -> None:
    """Refuse what the spreadsheet program damaged before the file came here, whatever the field."""
    if _EXPONENT.fullmatch(text):
        raise Refused(
            _(
                "The spreadsheet program shortened this number to %(value)s and its last digits are lost. Format the"
                " column as text and enter the number again.",
                value=text,
            )
        )
    if text in _FORMULA_ERRORS:
        raise Refused(
            _("The cell shows the formula error %(value)s. Correct the formula or enter the value.", value=text)
        )
    if "\ufffd" in text:
        raise Refused(
            _("“%(value)s” has lost letters when it was saved in a wrong encoding. Enter it again.", value=shown(text))
        )
    control = _CONTROL.search(text)
    if control is not None:
        raise Refused(
            _(
                "The cell holds an invisible control character (number %(number)s). Type the text again.",
                number=ord(control.group()),
            )
        )


def parse_text(text: str) -> str:
    """Text, trimmed (full-width blanks too), runs of blanks as one."""
    return shortened(text)


def parse_code(text: str) -> str:
    """A code: half-width, trimmed; leading zeros stay."""
    code = shortened(unicodedata.normalize("NFKC", text))
    if len(code) > LONGEST_CODE:
        raise Refused(
            _(
                "“%(value)s” is too long for a code: at most %(count)s characters.",
                value=shown(code),
                count=LONGEST_CODE,
            )
        )
    if any(unicodedata.category(character) == "Cc" for character in code):
        raise Refused(_("The code “%(value)s” holds invisible characters. Type it again.", value=shown(code)))
    return code


def parse_date(text: str) -> str:
    """A day as ISO text, from 2026-11-23, 2026/11/23, 2026.11.23 or 2026年11月23日; midnight is no time."""
    value = shortened(unicodedata.normalize("NFKC", text))
    found = _DATE.match(value)
    if found is None and _DAY_NUMBER.fullmatch(value):
        raise Refused(
            _(
                "“%(value)s” is the number of a day in a spreadsheet. Format the column as a date, or write it like"
                " 2026-11-23.",
                value=shown(value),
            )
        )
    if found is None:
        raise Refused(_("“%(value)s” is no date. Write it like 2026-11-23.", value=shown(value)))
    rest = value[found.end() :].strip()
    if rest and not _MIDNIGHT.fullmatch(rest):
        if _CLOCK.fullmatch(rest):
            raise Refused(_("“%(value)s” has a time of day. Only the date belongs here.", value=shown(value)))
        raise Refused(_("“%(value)s” is no date. Write it like 2026-11-23.", value=shown(value)))
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise Refused(_("There is no such day: %(value)s", value=shown(value))) from error


def parse_amount(currency: str) -> Callable[[str], int]:
    """A parser of amounts in units of ``currency`` that answers whole minor units.

    ``(1,234.50)`` is below nothing, as bookkeepers write it; ``3.5万元`` is 35,000.
    """

    def parse(text: str) -> int:
        value = _amount(text, currency)
        try:
            return to_minor(value, currency)
        except ValueError as error:
            reason = str(error)
        if reason == "digits":
            raise Refused(
                _(
                    "“%(value)s” has more than %(digits)s digits after the point, which %(currency)s does not have.",
                    value=shown(text),
                    digits=exponent(currency),
                    currency=currency,
                )
            )
        if reason == "large":
            raise Refused(_("“%(value)s” is larger than any amount that can be kept.", value=shown(text)))
        raise Refused(_("“%(value)s” is no number. Write it like 1234.50.", value=shown(text)))

    return parse


def parse_percent(text: str) -> int:
    """A share in parts per million: ``12.5%``, or ``0.125`` as a spreadsheet stores it."""
    value = unicodedata.normalize("NFKC", text).strip()
    is_percent = value.endswith("%")
    share = Decimal(_number(value.removesuffix("%")))
    if is_percent:
        share = share.scaleb(-2)
    elif abs(share) > 1:
        raise Refused(_("“%(value)s” is no share. Write it with a percent sign, like 12.5%%.", value=shown(text)))
    if abs(share) > PPM:
        raise Refused(_("“%(value)s” is larger than any share that can be kept.", value=shown(text)))
    numerator, denominator = share.as_integer_ratio()
    return divide(numerator * PPM, denominator)


def parse_whole(text: str) -> int:
    """A whole number."""
    value = Decimal(_number(text))
    if value != value.to_integral_value():
        raise Refused(_("“%(value)s” is no whole number.", value=shown(text)))
    if abs(value) >= 2**63:
        raise Refused(_("“%(value)s” is larger than any number that can be kept.", value=shown(text)))
    return int(value)


def parse_currency(text: str) -> str:
    """A currency code: CNY, or what people write for it."""
    value = shortened(unicodedata.normalize("NFKC", text)).upper()
    code = _CURRENCIES.get(value, value)
    if not known_currency(code):
        raise Refused(_("“%(value)s” is no currency code. Write it like CNY.", value=shown(text)))
    return code


def _amount(text: str, currency: str) -> str:
    """The number of units in what is written as an amount."""
    value = unicodedata.normalize("NFKC", text).replace(" ", "")
    for mark in ("元", currency):
        value = value.removesuffix(mark)
    brackets = _IN_BRACKETS.fullmatch(value)
    if brackets is not None:
        value = brackets.group(1)
    digits = _LARGE_UNITS.get(value[-1:], 0)
    if digits:
        value = value[:-1]
    try:
        number = _number(value, without=("¥", "元", currency))
    except Refused:
        raise Refused(_("“%(value)s” is no number. Write it like 1234.50.", value=shown(text))) from None
    if digits:
        number = f"{Decimal(number).scaleb(digits):f}"
        number = number.rstrip("0").rstrip(".") if "." in number else number
    return f"-{number}" if brackets is not None else number


def _number(text: str, *, without: tuple[str, ...] = ()) -> str:
    """The digits, sign and point of a number; separators only between groups of three."""
    value = unicodedata.normalize("NFKC", text).replace("−", "-").replace(" ", "")
    sign = ""
    if value[:1] in "+-":
        sign, value = value[:1], value[1:]
    for mark in without:
        value = value.removeprefix(mark).removesuffix(mark)
    value = sign + value
    if not _PLAIN.fullmatch(value):
        raise Refused(_("“%(value)s” is no number. Write it like 1234.50.", value=shown(text)))
    return value.replace(",", "")
