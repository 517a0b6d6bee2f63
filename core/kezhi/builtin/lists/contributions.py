"""How a list says in which other ways it can be shown, and what can be done to several of its records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Text = Any  #: a ``str`` or a lazy translation


@dataclass(frozen=True, slots=True)
class Board:
    """The records as cards in lanes by a column that is chosen from a list (``column``, its key).

    ``move`` is the endpoint that a moved card is sent to, with ``id`` and ``lane`` in the form; without it, or without
    ``permission``, cards stay where they are. ``lanes`` narrows the lanes to these values. ``card`` names up to three
    columns that a card shows under its title; without them those that the list shows. ``above`` says how many of the
    values stand over the title, the code of the record first, and ``below`` how many have a line of their own under it.
    """

    column: str
    move: str = ""
    permission: str | None = None
    lanes: Sequence[str] = ()
    card: Sequence[str] = ()
    tones: Callable[[str], str] | None = None  #: the tone of a lane's dot
    key: str = "board"
    title: Text = ""
    icon: str = "kanban"
    above: int = 1
    below: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """The records on the days of a month, by a column of dates (``column``, its key)."""

    column: str
    key: str = "calendar"
    title: Text = ""
    icon: str = "calendar3"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action on several records: the chosen ones are sent to ``endpoint``, which reads them with ``selected``."""

    key: str
    title: Text
    endpoint: str
    icon: str = "check2-square"
    permission: str | None = None
    danger: bool = False
