"""What apps give to have a timeline with notes on their records, and to have a say in those of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezhi import TimelineEntry

Text = Any

#: Notes on customers keep the customer's id in a column of its own, which merging and erasing follow.
CUSTOMERS = "customers_customer"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Records that have a timeline. Whoever sees the record (``visible``) and has ``read`` sees it and its notes.

    ``write`` is the right to write notes; empty when nobody may. ``name`` says how a record is called, ``page`` gives
    the address of its page. ``customer`` gives the id of the customer that a record is about: notes on it go over in a
    merge, and are erased with that customer's personal data.
    """

    kind: str
    title: Text
    model: type
    read: str
    write: str = ""
    name: Callable[[Any], str] = str
    page: Callable[[int], str] | None = None
    customer: Callable[[Any], int | None] | None = None

    @property
    def key(self) -> Any:
        """The column of ``model`` that names a record."""
        return self.model.id  # type: ignore[attr-defined]

    @property
    def is_customer(self) -> bool:
        """Whether the records are the customers themselves."""
        return getattr(self.model, "__tablename__", "") == CUSTOMERS


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of entries of one record. ``key`` starts with the plugin's name (``trade.order``).

    ``read(until, limit)`` answers the newest ``limit`` entries that are not later than ``until`` (None: no bound),
    newest first, in the same order whenever it is asked, with a constant number of statements.
    """

    key: str
    title: Text
    read: Callable[[datetime | None, int], Sequence[TimelineEntry]]
    order: int = 50
