"""Refusals on record: a person asks for a page or an action that they have no right to.

What is merely not found is no refusal. Of one person the same page is put on record once an hour and at most ``MOST``
different ones: whoever knocks on every door a thousand times leaves a trace and not a flood.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kezhi.audit import record_alone

WINDOW = 3600.0  #: seconds in which the same refusal is put on record once
MOST = 30  #: entries of one person in that time
PEOPLE = 1_000  #: people who are remembered at once


@dataclass(slots=True)
class _Person:
    since: float
    noted: set[tuple[str, str]] = field(default_factory=set)  #: (endpoint, method)


class Refusals:
    """What was refused lately in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._people, self._lock = now, dict[str, _Person](), threading.Lock()

    def note(self, login: str, endpoint: str, method: str, permission: str) -> bool:
        """Put a refusal on record in a transaction of its own; False when it has been lately."""
        if not self._is_new(login, (endpoint, method)):
            return False
        record_alone("access.refuse", "page", endpoint, result="refused", method=method, permission=permission)
        return True

    def _is_new(self, login: str, what: tuple[str, str]) -> bool:
        with self._lock:
            now = self._now()
            person = self._people.get(login)
            if person is None or now - person.since >= WINDOW:
                if len(self._people) >= PEOPLE:
                    self._people.clear()
                person = self._people[login] = _Person(now)
            if what in person.noted or len(person.noted) >= MOST:
                return False
            person.noted.add(what)
            return True
