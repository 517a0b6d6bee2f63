"""A table of a TOML file, read key by key: remembers where it stands and which keys nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .words import _

#: what ``Table.take`` answers for a key that is not there
MISSING: Any = object()
LONGEST_TEXT = 400
MOST_KEYS = 50


#: a place key by key, the entries of lists counted from 1
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence that says what to do, and where: ``where`` in words of the file, ``path`` for programs."""

    where: str
    text: str
    path: Path = ()

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


@dataclass
class Problems:
    """What is wrong with a scheme."""

    found: list[Problem] = field(default_factory=list)
    weights_unread: bool = False  #: a weight could not be read, so their sum says nothing

    def add(self, where: str, text: str, path: Path = ()) -> None:
        self.found.append(Problem(where, text, path))


@dataclass
class Table:
    """One table. Every reader answers a usable default after it has noted a problem, so that reading goes on."""

    data: Mapping[str, Any]
    where: str
    problems: Problems
    seen: set[str] = field(default_factory=set)
    path: Path = ()

    def place(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def problem(self, text: str, key: str = "") -> None:
        self.problems.add(self.place(key) if key else self.where, text, (*self.path, key) if key else self.path)

    def take(self, key: str) -> Any:
        self.seen.add(key)
        return self.data.get(key, MISSING)

    def finish(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self.data:
            if key not in self.seen:
                known = ", ".join(sorted(self.seen))
                self.problem(_("unknown key; correct or remove it (known here: %(known)s)", known=known), key)

    def text(
        self, key: str, *, pattern: re.Pattern[str] | None = None, default: str = "", required: bool = False
    ) -> str:
        raw = self.take(key)
        if raw is MISSING:
            if required:
                self.problem(_("is missing; add it"), key)
            return default
        if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_TEXT:
            self.problem(_("is not a short text in quotes"), key)
            return default
        if pattern and not pattern.fullmatch(raw):
            self.problem(
                _(
                    "“%(value)s” cannot be used; write it as the pattern %(pattern)s",
                    value=raw,
                    pattern=pattern.pattern,
                ),
                key,
            )
            return default
        return raw

    def choice(self, key: str, choices: Sequence[str], default: str, *, required: bool = False) -> str:
        raw = self.take(key)
        if raw is MISSING and not required:
            return default
        if not isinstance(raw, str) or raw not in choices:
            shown = _("is missing") if raw is MISSING else _("“%(value)s” is not known", value=str(raw)[:80])
            self.problem(_("%(shown)s; write one of: %(choices)s", shown=shown, choices=", ".join(choices)), key)
            return default
        return raw

    def flag(self, key: str) -> bool:
        raw = self.take(key)
        if raw is MISSING:
            return False
        if not isinstance(raw, bool):
            self.problem(_("write true or false"), key)
            return False
        return raw

    def keys(self, key: str) -> tuple[str, ...]:
        """A list of distinct short texts; empty when it is not there."""
        raw = self.take(key)
        if raw is MISSING:
            return ()
        fine = isinstance(raw, list) and 0 < len(raw) <= MOST_KEYS and len(set(map(str, raw))) == len(raw)
        if not fine or any(not isinstance(text, str) or not text.strip() or len(text) > 80 for text in raw):
            self.problem(_('write a list of different short texts, like ["one", "two"]'), key)
            return ()
        return tuple(raw)

    def integer(self, key: str, low: int, high: int, default: int) -> int:
        raw = self.take(key)
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            self.problem(_("write an integer from %(low)s to %(high)s", low=low, high=high), key)
            return default
        return raw

    def title(self, key: str, *, required: bool = True) -> Mapping[str, str]:
        """Texts in both languages: ``{ zh = "…", en = "…" }``."""
        raw = self.take(key)
        if raw is MISSING and not required:
            return {"zh": "", "en": ""}
        fine = isinstance(raw, dict) and set(raw) == {"zh", "en"}
        if not fine or any(not isinstance(t, str) or not t.strip() or len(t) > LONGEST_TEXT for t in raw.values()):
            self.problem(_('write it in both languages: { zh = "…", en = "…" }'), key)
            return {"zh": key, "en": key}
        return {"zh": raw["zh"], "en": raw["en"]}

    def table(self, key: str) -> Table | None:
        raw = self.take(key)
        if raw is MISSING:
            return None
        if not isinstance(raw, dict):
            self.problem(_("is not a table"), key)
            return None
        return Table(raw, self.place(key), self.problems, path=(*self.path, key))

    def tables(self, key: str, fewest: int, most: int) -> list[Table]:
        """A list of tables, numbered from 1 in the messages."""
        raw = self.take(key)
        raw = [] if raw is MISSING else raw
        if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
            self.problem(_("is not a list of tables"), key)
            return []
        if not fewest <= len(raw) <= most:
            self.problem(
                _(
                    "has %(count)s entries; %(fewest)s to %(most)s are allowed",
                    count=len(raw),
                    fewest=fewest,
                    most=most,
                ),
                key,
            )
            raw = raw[:most]
        return [
            Table(entry, f"{self.place(key)}[{n}]{_name(entry)}", self.problems, path=(*self.path, key, n))
            for n, entry in enumerate(raw, 1)
        ]


def _name(entry: Mapping[str, Any]) -> str:
    key = entry.get("key")
    return f" ({key[:40]})" if isinstance(key, str) and key else ""
