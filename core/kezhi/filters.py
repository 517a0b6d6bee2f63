"""How templates write figures, days, instants and people. What is absent is written as a dash."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import Flask, current_app, g
from flask_babel import get_locale
from jinja2 import Undefined

from . import clock, figures
from . import money as amounts
from .i18n import gettext as _
from .i18n import localised
from .settings import currency as company_currency
from .users import SYSTEM

EMPTY = "—"
MINUS = "\N{MINUS SIGN}"
TONES = ("violet", "blue", "teal", "pink", "indigo", "green", "orange", "amber")


def absent(value: object) -> bool:
    """Whether there is nothing to write (0 is something)."""
    return value is None or isinstance(value, Undefined) or value == ""


def money(minor: Any, cents: bool = False, currency: str | None = None) -> str:
    """Minor units of ``currency`` (default: the company's) as ``¥1,234``, with ``cents`` as ``¥1,234.50``."""
    return EMPTY if absent(minor) else amounts.display(int(minor), currency or company_currency(), cents=cents)


def person_named(login: Any) -> str:
    """The name of the person with this login; the login itself when nobody active has it. Looked up once a request."""
    if absent(login):
        return EMPTY
    if login == SYSTEM.login:
        return str(_("System"))
    known = g.setdefault("kezhi_names", {})
    if login not in known:
        found = current_app.extensions["kezhi"].call.user_by_login(login=login)
        known[login] = found.name if found else str(login)
    return str(known[login])


def number(value: Any) -> str:
    """A whole number with thousands separated."""
    return EMPTY if absent(value) else f"{int(value):,}".replace("-", MINUS)


def ppm(value: Any) -> str:
    """Parts per million as percent with one decimal: ``972000`` is ``97.2%``."""
    return EMPTY if absent(value) else f"{_tenths(figures.divide(int(value), 1000))}%"


def points(value: Any) -> str:
    """Thousandths of a point with one decimal, cut and not rounded: a score never looks as if it reached a cut-off."""
    if absent(value):
        return EMPTY
    tenths = abs(int(value)) // 100
    return _tenths(tenths if int(value) >= 0 else -tenths)


def _tenths(value: int) -> str:
    whole, rest = divmod(abs(value), 10)
    return f"{MINUS if value < 0 else ''}{whole:,}.{rest}"


def day(value: Any) -> str:
    """A date as ``2026-11-23``; an instant gives its day in the company's zone."""
    if type(value) is date or absent(value):
        return value.isoformat() if value else EMPTY
    return clock.local(value).date().isoformat() if isinstance(value, datetime) else str(value)


def instant(value: Any) -> str:
    """An aware instant as ``2026-11-23 10:24`` in the company's zone."""
    return EMPTY if absent(value) else clock.local(value).strftime("%Y-%m-%d %H:%M")


def instant_time(value: Any) -> str:
    """The time of day of an instant in the company's zone."""
    return EMPTY if absent(value) else clock.local(value).strftime("%H:%M")


def day_head(value: Any) -> str:
    """The heading of a day in a timeline: today, or the date with its weekday."""
    when, today = clock.local(value).date(), clock.today()
    if when == today:
        return str(_("Today"))
    locale = get_locale()
    if locale is not None and locale.language == "zh":
        pattern = "M月d日 E" if when.year == today.year else "y年M月d日 E"
    else:
        pattern = "EEE d MMM" if when.year == today.year else "EEE d MMM y"
    return str(format_date(when, pattern, locale=locale or "en"))


def initial(name: Any) -> str:
    """The character in a person's circle: the surname of a Chinese name, else the first letter."""
    text = str(name or "").strip()
    return text[:1].upper() or "?"


def person_tone(name: Any) -> str:
    """Always the same tone for the same name."""
    return TONES[sum(map(ord, str(name or ""))) % len(TONES)]


_NAMED = (
    money,
    number,
    ppm,
    points,
    day,
    instant,
    instant_time,
    day_head,
    localised,
    initial,
    person_named,
    person_tone,
)
FILTERS = {each.__name__: each for each in _NAMED} | {"instant_day": day}


def init_filters(app: Flask) -> None:
    """Give the templates of ``app`` these filters."""
    app.jinja_env.filters.update(FILTERS)
