"""Text of an address into values and back: filter values, jump targets and cursors. Whatever is malformed is a 400."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from sqlalchemy import BigInteger, Integer

from .. import clock
from ..contributions import Column
from ..db import UtcDateTime
from ..errors import Refused
from ..i18n import gettext as _
from ..money import to_minor
from ..settings import currency

LONGEST = 500  #: characters of one value in an address
LONGEST_CURSOR = 16_000
#: Digits between what people type and the integer that is stored.
SCALES = {"ppm": 4, "score": 3}


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list: which leg, the value it is sorted by (None in the leg without values) and the key."""

    leg: int
    value: Any
    key: Any


def refuse(message: str) -> NoReturn:
    """Answer 400 with a message for people (``Refused`` outside a request)."""
    raise Refused(message)


def clean(text: str) -> str:
    """Text that both databases take. Errors: 400."""
    if len(text) > LONGEST or "\0" in text:
        refuse(_("The address holds a value that is too long or not text."))
    try:
        text.encode()
    except UnicodeEncodeError:
        refuse(_("The address holds a value that is too long or not text."))
    return text


def parse(column: Column, text: str) -> Any:
    """What a person typed for ``column``, in the form its expression has. Errors: 400, naming column and value."""
    text = clean(text.strip())
    kind = value_type(column.expr)
    try:
        typed = getattr(column.render, "typed", column.render)
        if typed == "money" or typed in SCALES:
            return in_range(
                column.expr, to_minor(text, currency()) if typed == "money" else _scaled(text, SCALES[typed])
            )
        if kind is datetime:
            return start_of_day(_day(text))
        if kind is date:
            return _day(text)
        if kind is bool:
            return {"1": True, "0": False, "true": True, "false": False}[text]
        if kind is int:
            return in_range(column.expr, int(text))
    except (ValueError, KeyError, OverflowError):
        refuse(_("“%(value)s” is not a value of “%(column)s”.", value=text, column=str(column.label)))
    return text


def _day(text: str) -> date:
    """A day as typed, or one that moves: ``today``, ``today-30``, the first of ``month``, ``quarter`` or ``year``."""
    today = clock.today()
    if text.startswith("today"):
        return today + timedelta(days=int(text[5:] or 0))
    starts = {"month": today.month, "quarter": (today.month - 1) // 3 * 3 + 1, "year": 1}
    return today.replace(day=1, month=starts[text]) if text in starts else date.fromisoformat(text)


def _scaled(text: str, digits: int) -> int:
    try:
        scaled = Decimal(text.rstrip("%").strip()).scaleb(digits)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(text)
    return int(scaled)


def start_of_day(day: date) -> datetime:
    """The instant at which a day of the company begins."""
    try:
        return datetime.combine(day, time(), clock.company_zone()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(day) from error


def value_type(expression: Any) -> type:
    """The Python type of an expression's values."""
    if isinstance(expression.type, UtcDateTime):
        return datetime
    try:
        found: type = expression.type.python_type
    except NotImplementedError:
        return str
    return found


def in_range(expression: Any, number: int) -> int:
    """``number`` if the expression's integer type holds it. Errors: ``ValueError``."""
    small = isinstance(expression.type, Integer) and not isinstance(expression.type, BigInteger)
    if abs(number) >= 2 ** (31 if small else 63):
        raise ValueError(number)
    return number


# ── cursors ─────────────────────────────────────────────────────────────────────────────────────────────────────


def encode(position: Position) -> str:
    """A position as text for an address."""
    plain = [position.leg, _plain(position.value), _plain(position.key)]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str, value: Any, key: Any, legs: int) -> Position:
    """The position in ``text``, typed as the expressions ``value`` (None: sorted by key) and ``key``. Errors: 400."""
    try:
        if len(text) > LONGEST_CURSOR:
            raise ValueError(text)
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        leg, plain_value, plain_key = json.loads(urlsafe_b64decode(padded))
        if type(leg) is not int or not 0 <= leg < legs:
            raise ValueError(leg)
        has_value = value is not None and leg == 0
        if not has_value and plain_value is not None:
            raise ValueError(plain_value)
        return Position(leg, _typed(value, plain_value) if has_value else None, _typed(key, plain_key))
    except (ValueError, TypeError, OverflowError, RecursionError):
        refuse(_("The address does not lead to a page of this list."))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(expression: Any, plain: Any) -> Any:
    kind = value_type(expression)
    if kind is datetime:
        instant = datetime.fromisoformat(plain)
        if instant.tzinfo is None:
            raise ValueError(plain)
        return instant.astimezone(UTC)
    if kind is date:
        return date.fromisoformat(plain)
    if not isinstance(plain, kind) or (kind is int and isinstance(plain, bool)):
        raise ValueError(plain)
    if isinstance(plain, int):
        return in_range(expression, plain)
    if isinstance(plain, str):
        if "\0" in plain:
            raise ValueError(plain)
        plain.encode()
    return plain
