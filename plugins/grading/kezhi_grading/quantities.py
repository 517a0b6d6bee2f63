"""Figures of each unit: read from a scheme's file, written for programs, shown to people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from kezhi import money
from kezhi.contributions import Unit
from kezhi.figures import number_of

from .scheme import exact
from .words import _

UNITS: tuple[Unit, ...] = ("money", "ratio", "count", "days", "years", "date", "points")
#: decimals of a unit whose integer form is a fixed part of one
DIGITS = {"ratio": 6, "points": 3, "count": 0, "days": 0, "years": 0}
PERCENTAGE_POINT = 10_000  #: in the integer form of a ratio
#: largest value in integer form: products with points stay inside 64 bits
LARGEST = 9_000_000_000_000_000


def read_quantity(raw: object, unit: Unit, currency: str) -> int:
    """The integer form of a figure in a scheme's file. Errors: ``ValueError`` with a reason for people."""
    if unit == "date":
        return _read_date(raw)
    digits = money.exponent(currency) if unit == "money" else DIGITS[unit]
    return read_decimal(raw, digits)


def read_decimal(raw: object, digits: int) -> int:
    """An integer or a decimal string as an integer of ``10**-digits``. Errors: ``ValueError`` with a reason."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise ValueError(_('write it as an integer or as a decimal in quotes, like "12.5"'))
    percent = isinstance(raw, str) and raw.strip().endswith("%")
    try:
        value = Decimal(raw.strip().rstrip("%").strip()) if isinstance(raw, str) else Decimal(raw)
    except InvalidOperation:
        raise ValueError(_("it is not a number")) from None
    if not value.is_finite() or abs(value.adjusted()) > 20:
        raise ValueError(_("it is not a number of a usable size"))
    if percent and digits != DIGITS["ratio"]:
        raise ValueError(_("only a ratio can be written in per cent"))
    scaled = value.scaleb(digits - 2 if percent else digits)
    if scaled != scaled.to_integral_value():
        raise ValueError(_("it has more than %(digits)s decimals", digits=digits))
    if abs(scaled) > LARGEST:
        raise ValueError(_("it is not a number of a usable size"))
    return int(scaled)


def _read_date(raw: object) -> int:
    if isinstance(raw, str):
        try:
            raw = date.fromisoformat(raw)
        except ValueError:
            raw = None
    if type(raw) is not date:
        raise ValueError(_("write a day as 2026-01-31"))
    return number_of(raw)


def for_programs(value: int | None, unit: Unit, currency: str) -> str | int | None:
    """A figure in JSON and CSV: counts as integers, everything with decimals as a decimal string."""
    if value is None:
        return None
    if unit == "money":
        return money.to_units(value, currency)
    if unit == "ratio":
        return f"{Decimal(value).scaleb(-6):.6f}"
    if unit == "points":
        return exact(value)
    if unit == "date":
        return _day(value)
    return value


def for_people(value: int | None, unit: Unit, currency: str) -> str:
    """A figure as people read it; ``—`` for none."""
    if value is None:
        return "—"
    if unit == "money":
        return money.display(value, currency)
    if unit == "ratio":
        return f"{Decimal(value).scaleb(-4):.1f}%".replace("-", "−")
    if unit == "date":
        return _day(value)
    if unit == "points":
        return exact(value).rstrip("0").rstrip(".")
    number = f"{value:,}".replace("-", "−")
    if unit == "days":
        return _("%(number)s days", number=number)
    if unit == "years":
        return _("%(number)s years", number=number)
    return number


def _day(value: int) -> str:
    return f"{value // 10_000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
