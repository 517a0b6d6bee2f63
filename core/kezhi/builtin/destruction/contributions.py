"""What apps give so that the destruction of a customer's data reaches every place where they keep some."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Text = Any

FILE, PERSONS = "file", "persons"  #: the whole file, or the data of the persons in it while the file stays


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data goes. ``ids`` are the customer's and those of the files that were merged into it.

    ``traces`` are texts that lead back to the customer or its people (names, phone numbers, e-mail addresses), long
    enough to be looked for inside of other texts; ``whole`` are those that are only looked for as a whole value.
    """

    customer_id: int
    ids: tuple[int, ...]
    scope: str
    traces: tuple[str, ...]
    whole: tuple[str, ...]
    reason: str  #: the number of the proposal, for what has to be given a reason

    @property
    def is_whole_file(self) -> bool:
        return self.scope == FILE


@dataclass(frozen=True, slots=True)
class Place:
    """A place that holds data of customers beyond the app's record links, or a rule that keeps a file for now.

    ``erase(subject)`` takes the data away in the open write transaction and answers how many rows it changed, by
    table; what it does twice changes nothing more. ``blocks(ids, today)`` answers for which customers the file must
    not be destroyed yet, and why, in a sentence that names no customer; a constant number of statements. ``covers``
    names tables that ``erase`` has gone through: the last look over all texts leaves them out.
    """

    key: str
    title: Text
    erase: Callable[[Subject], Mapping[str, int]] | None = None
    blocks: Callable[[Sequence[int], date], Mapping[int, str]] | None = None
    covers: tuple[str, ...] = ()
