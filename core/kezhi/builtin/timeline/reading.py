"""One timeline from several sources, a page at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kezhi import TimelineEntry
from kezhi.db import end_reading

from .contributions import Source

log = logging.getLogger("kezhi.timeline")

START = datetime(1970, 1, 1, tzinfo=UTC)
MOST_SKIPPED = 10_000
ENTRIES = 20  #: on a page of a timeline; one more is asked of each source, to know whether there is another page


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: entries not later than ``until``, without the first ``skip`` of that very moment."""

    until: datetime
    skip: int

    def __str__(self) -> str:
        return f"{(self.until - START) // timedelta(microseconds=1)}-{self.skip}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Errors: ``ValueError`` for what this class did not write."""
        moment, minus, skip = text.rpartition("-")
        if not (minus and skip.isascii() and skip.isdigit() and moment.isascii() and moment.lstrip("-").isdigit()):
            raise ValueError(f"no cursor: {text[:60]!r}")
        try:
            found = cls(START + timedelta(microseconds=int(moment)), int(skip))
        except OverflowError as error:
            raise ValueError(f"no cursor: {text[:60]!r}") from error
        if found.skip > MOST_SKIPPED:
            raise ValueError(f"no cursor: {text[:60]!r}")
        return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page of a timeline: its entries newest first, where the next one begins, and the apps that failed."""

    entries: list[TimelineEntry]
    older: Cursor | None
    failed: list[str]


def read(sources: Sequence[tuple[str, Source]], cursor: Cursor | None, size: int) -> Stretch:
    """The next ``size`` entries of ``sources`` (plugin, source). Each is asked once; one that fails is left out."""
    until = cursor.until if cursor is not None else None
    skip = cursor.skip if cursor is not None else 0
    found: list[TimelineEntry] = []
    failed = []
    for plugin, source in sources:
        try:
            given = list(source.read(until, skip + size + 1))
        except Exception:
            log.exception("app %s: its timeline entries %s cannot be read", plugin, source.key)
            end_reading()  # a failed statement would take the statements after it along
            failed.append(plugin)
            continue
        found += [entry for entry in given if until is None or entry.at <= until]
    found.sort(key=lambda entry: entry.at, reverse=True)  # stable: of one moment, in the order of the sources
    shown = found[skip : skip + size]
    return Stretch(shown, _next(found, skip + size, until, skip), failed)


def _next(found: Sequence[Any], taken: int, until: datetime | None, skip: int) -> Cursor | None:
    if len(found) <= taken:
        return None
    last = found[taken - 1].at
    return Cursor(last, sum(entry.at == last for entry in found[:taken]))
