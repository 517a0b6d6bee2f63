"""Searches: the slowest of twenty (p95) against the median (p50), over 500 terms, for people who see more or less."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from urllib.parse import quote

from .generate import LOGINS, PASSWORD, Made
from .timing import Visitor, report

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

    A term counts with the better of two requests, so that what is measured is the search and not the machine.
    """
    for login in LOGINS:
        visitor, spent = Visitor(made.site, login, PASSWORD), []
        for text in terms(made.count, number):
            send, runs = visitor.ready(f"/search/suggestions?q={quote(text)}"), []
            for _ in range(2):
                start = time.perf_counter()
                answer = send()
                runs.append(time.perf_counter() - start)
                assert answer.status_code == 200, (text, answer.status)
            spent.append(min(runs) * 1000)
        ordered = sorted(spent)
        p50, p95 = statistics.median(ordered), ordered[len(ordered) * 95 // 100]
        name = f"search p95 against p50, {number} terms, {login}"
        yield name, report(made.version, name, p50, p95, LIMIT), LIMIT
