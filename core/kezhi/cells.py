"""Cells of lists: how a value looks in a page and what it is in an export.

A renderer gets the values of one row's cell and nothing else, so that no cell can ask the database. What the
``extra`` expressions of a column mean to its renderer:

=========  ===========================================================================================
chip       tone; without it the chip is gray. The text is the label of the column's choice, if it has one
grade      tone, then an endpoint, then that endpoint's arguments, each labelled with the argument's name
money      currency code; without it the company's
others     nothing
=========  ===========================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from . import clock, filters
from .i18n import catalogue
from .i18n import gettext as _
from .money import to_units
from .permissions import context_values
from .settings import currency
from .shell import constant_url

TONES = frozenset(("green", "teal", "blue", "indigo", "violet", "pink", "red", "orange", "amber", "gray"))
SPECIAL = re.compile("[&<>'\"]").search
SAMPLE = 918273645546372819  #: stands for the number of a record


def address_of(endpoint: str, **number: int) -> str:
    """``url_for`` with one whole number, for the many rows of a page: asked once, then filled in."""
    ((name, value),) = number.items()
    known = context_values().setdefault("kezhi_addresses", {})
    kept = known.get((endpoint, name))
    if kept is None:
        kept = known[endpoint, name] = constant_url(endpoint, **{name: SAMPLE}).rpartition(str(SAMPLE))
    return f"{kept[0]}{int(value)}{kept[2]}"


def plain(text: str) -> str:
    """``text`` as markup. Most texts hold nothing that markup would take for its own: those stay as they are."""
    return text if SPECIAL(text) is None else escape(text)


@dataclass(slots=True)
class Cell:
    """The values of one cell. ``names`` are the labels of ``extra``; ``labels`` those of the column's choices."""

    value: Any
    extra: Sequence[Any] = ()
    names: Sequence[str] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""

    @property
    def text(self) -> str:
        """The value as people read it: the label of a choice, else the value itself."""
        if self.labels:
            return "" if self.value is None else str(self.labels.get(str(self.value), self.value))
        return self.value if type(self.value) is str else "" if self.value is None else str(self.value)

    @property
    def tone(self) -> str:
        tone = str(self.extra[0]) if self.extra and self.extra[0] else ""
        return tone if tone in TONES else "gray"


@dataclass(frozen=True, slots=True)
class Renderer:
    """How one kind of value is shown and exported. ``html`` answers text, or what is markup already (``Markup``).

    ``phone`` says where the cell goes when rows become cards (``title``, ``end``, ``x``; empty: left out).
    """

    html: Callable[[Cell], str]
    export: Callable[[Cell], Any]
    numeric: bool = False
    muted: bool = False
    phone: str = ""
    labelled: bool = True  #: whether it writes a choice's label for the value
    typed: str = ""  #: the kind whose values people type for a filter: money, score, ppm


def _text(cell: Cell) -> str:
    return cell.text or filters.EMPTY


def _person(cell: Cell) -> str:
    if not cell.text:
        return filters.EMPTY
    tone, letter = filters.person_tone(cell.text), escape(filters.initial(cell.text))
    circle = f'<span class="kz-av t-{tone}" aria-hidden="true">{letter}</span>'
    return Markup(f'<span class="kz-who">{circle}{escape(cell.text)}</span>')


def _chip(cell: Cell) -> str:
    return filters.EMPTY if not cell.text else Markup(f'<span class="kz-chip t-{cell.tone}">{escape(cell.text)}</span>')


def graded(text: str, tone: str, link: Sequence[Any] = (), names: Sequence[str] = ()) -> str:
    """A grade in its tone; ``link`` is the endpoint that says why, and its arguments, which ``names`` name."""
    if not text:
        why = escape(_("Not graded"))
        return Markup(f'<span class="kz-grade none" title="{why}">–</span>')
    head, tail = _grade_words(catalogue(), text, tone)
    if not link or not link[0]:
        return Markup(f"<span {head}>{escape(text)}</span>")
    build = address_of if len(link) == 2 and type(link[1]) is int else url_for
    return Markup(f'<a {head} href="{plain(build(link[0], **dict(zip(names[1:], link[1:], strict=True))))}" {tail}')


@lru_cache(maxsize=256)
def _grade_words(_catalogue: Any, grade: str, tone: str) -> tuple[str, str]:
    """What stands round the address of a grade, in a language: a page says the same few each time."""
    label, tone = _("Grade %(grade)s", grade=grade), tone if tone in TONES else "gray"
    why = _("%(label)s, see why", label=label)
    return f'class="kz-grade t-{tone}" title="{escape(label)}"', f'aria-label="{escape(why)}">{escape(grade)}</a>'


def _currency(cell: Cell) -> str:
    return str(cell.extra[0]) if cell.extra and cell.extra[0] else currency()


_exported_text, _exported_value = attrgetter("text"), attrgetter("value")


def _exported_money(cell: Cell) -> Any:
    return None if cell.value is None else Decimal(to_units(int(cell.value), _currency(cell)))


def _exported_scaled(digits: int) -> Callable[[Cell], Any]:
    return lambda cell: None if cell.value is None else Decimal(int(cell.value)).scaleb(-digits)


def _exported_instant(cell: Cell) -> Any:
    return filters.instant(cell.value) if isinstance(cell.value, datetime) else cell.text


def _exported_date(cell: Cell) -> Any:
    return clock.local(cell.value).date() if isinstance(cell.value, datetime) else cell.value


RENDERERS: dict[str, Renderer] = {
    "text": Renderer(_text, _exported_text),
    "code": Renderer(_text, _exported_text, muted=True),
    "name": Renderer(_text, _exported_text, phone="title"),
    "person": Renderer(_person, _exported_text, phone="x", labelled=False),
    "money": Renderer(
        lambda cell: filters.money(cell.value, currency=_currency(cell)), _exported_money, numeric=True, phone="x"
    ),
    "count": Renderer(lambda cell: filters.number(cell.value), _exported_value, numeric=True),
    "date": Renderer(lambda cell: filters.day(cell.value), _exported_date, muted=True),
    "instant": Renderer(lambda cell: filters.instant(cell.value), _exported_instant, muted=True),
    "grade": Renderer(
        lambda cell: graded(cell.text, cell.tone, cell.extra[1:], cell.names[1:]), _exported_text, phone="end"
    ),
    "chip": Renderer(_chip, _exported_text, phone="x"),
    "score": Renderer(lambda cell: filters.points(cell.value), _exported_scaled(3), numeric=True),
    "ppm": Renderer(lambda cell: filters.ppm(cell.value), _exported_scaled(6), numeric=True),
}
