"""Figures as people type them: ``95`` for 95 %, ``1,000万`` for ten millions, ``12.5`` per cent of the weight."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from kezhi import money
from kezhi.contributions import Unit

from ..quantities import for_programs
from ..scheme import Scale, plain

MYRIADS = {"万": 4, "亿": 8}
RATIO = re.compile(r"([0-9]{1,5})\s*/\s*([0-9]{1,5})")
WITH_MYRIADS = re.compile(r"(-?[0-9]{1,18}(?:\.[0-9]{1,18})?) ?([万亿])")
DECIMAL = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?")


def typed(value: int, unit: Unit, currency: str) -> str:
    """A figure in the integer form of its unit as the form shows it."""
    if unit == "ratio":
        return _short(Decimal(value).scaleb(-4))
    if unit == "money":
        return _short(Decimal(money.to_units(value, currency)))
    if unit == "points":
        return plain(value)
    return str(for_programs(value, unit, currency))


def written(text: str, unit: Unit | str) -> str:
    """What somebody typed as a scheme's file writes it. What is no figure stays as it is: the reader refuses it."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if unit == "date":
        return text
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?[万亿%]?", text):
        text = text.replace(",", "")
    if unit == "ratio":
        return text if text.endswith("%") or not text else f"{text}%"
    if match := WITH_MYRIADS.fullmatch(text):
        return _short(Decimal(match[1]).scaleb(MYRIADS[match[2]]))
    return text


def weight_typed(weight: Fraction, scale: Scale | str) -> str:
    """A weight as the form shows it: ``40`` or ``12.5`` (per cent), ``1/3``, or a factor."""
    value = weight * 100 if scale == "normalised" else weight
    hundredths = value * 100
    if hundredths.denominator == 1:
        return _short(Decimal(hundredths.numerator).scaleb(-2))
    return str(weight)


def weight_read(text: str, scale: str) -> Fraction | None:
    """What a typed weight means: a part of 1 when the scale is normalised, else a factor; None when it is no weight."""
    text = unicodedata.normalize("NFKC", text).strip()
    if match := RATIO.fullmatch(text):
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    text = text.removesuffix("%").strip() if scale == "normalised" else text
    if not DECIMAL.fullmatch(text):
        return None
    return Fraction(text) / (100 if scale == "normalised" else 1)


def weight_written(weight: Fraction, scale: str) -> int | str:
    """A weight as a scheme's file writes it."""
    value = weight * 100 if scale == "normalised" else weight
    return value.numerator if value.denominator == 1 else f"{weight.numerator}/{weight.denominator}"


def _short(value: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
