"""The nearest of the values that would do, for cells that name none of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nlargest

MOST = 3  #: values suggested for a cell
LEAST = 0.35  #: of likeness; below it a value is no suggestion
LONGEST = 60  #: characters that are compared

Value = tuple[str, str]  #: what the cell would hold, and what a person calls it


def nearest(texts: Sequence[str], values: Iterable[Value]) -> dict[str, list[Value]]:
    """For each text up to three of ``values``, best first: by likeness to the value or to what it is called."""
    known = list(dict.fromkeys(values))
    return {text: _of(text, known) for text in dict.fromkeys(texts) if text.strip()}


def _of(text: str, values: list[Value]) -> list[Value]:
    wanted = _plain(text)
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    rated = [(max(_likeness(matcher, wanted, _plain(name)) for name in set(value)), value) for value in values]
    return [value for rate, value in nlargest(MOST, rated, key=lambda pair: pair[0]) if rate >= LEAST]


def _likeness(matcher: SequenceMatcher[str], wanted: str, name: str) -> float:
    if not name or not wanted:
        return 0.0
    if name == wanted:
        return 1.0
    matcher.set_seq1(name)
    if matcher.real_quick_ratio() < LEAST:
        return 0.0
    inside = 0.9 if name in wanted or wanted in name else 0.0
    return max(inside, matcher.ratio())


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text[:LONGEST]).casefold().split())
