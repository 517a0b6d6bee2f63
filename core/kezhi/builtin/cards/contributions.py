"""What apps give to have figures of theirs on the card of every customer (CUS-15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select

from kezhi import Period

Text = Any
Unit = Literal["text", "count", "money", "ratio", "points", "days", "years", "date"]


@dataclass(frozen=True, slots=True)
class CardFigure:
    """A figure on the card. ``key`` starts with the plugin's name.

    ``select(period, population)`` gives ``(customer_id, value)``, at most one row per customer: a text, or a whole
    number in the form of ``unit`` as metrics have it (money in minor units, ratios in parts per million, dates as
    YYYYMMDD). It is asked for all customers when a period is frozen, and for one when a card is shown. Only who has
    ``permission`` sees it, on frozen cards too. ``classifies``: customers are classified by its value; of several the
    first counts. No figure that is kept encrypted belongs on a card.
    """

    key: str
    title: Text
    unit: Unit
    permission: str
    select: Callable[[Period, Select[Any]], Select[Any]]
    classifies: bool = False
    no_rows: Literal["zero", "missing"] = "missing"  #: what it means that a customer has no row
    order: int = 50
