"""Texts that lead back to a customer: finding any number of them in others, in one pass. No database, no app."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

CROSSED = "████"  #: what stands in place of a name


def pattern(texts: Collection[str]) -> re.Pattern[str] | None:
    """What matches each of ``texts``, the longest where several begin; its speed does not depend on their number."""
    root: dict[str, Any] = {}
    for text in texts:
        node = root
        for sign in text:
            node = node.setdefault(sign, {})
        node[""] = {}  # one of them ends here
    return re.compile(_alternatives(root)) if root else None


def _alternatives(node: dict[str, Any]) -> str:
    """A branching of first characters: a long run without a branch stays one piece, so that nothing is nested deep."""
    branches = []
    for sign, rest in node.items():
        if sign == "":
            continue
        run = sign
        while len(rest) == 1 and "" not in rest:
            ((sign, rest),) = rest.items()
            run += sign
        branches.append(re.escape(run) + _alternatives(rest))
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)})" + ("?" if "" in node else "")


def forms(text: str, is_json: bool) -> list[str]:
    """A text as it lies in the database: in JSON it is quoted, in SQLite's with its characters written out."""
    if not is_json:
        return [text]
    return list(dict.fromkeys([json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]]))


class Wording:
    """The texts of one customer: ``traces`` are looked for inside of others, ``whole`` only as a whole value."""

    def __init__(self, traces: Sequence[str], whole: Sequence[str]) -> None:
        # addresses of pages, such as those of saved views, hold a text with its characters written out
        self.traces = tuple(
            dict.fromkeys(form for text in traces for form in (text, quote_plus(text), quote(text, "")))
        )
        self.whole = frozenset(whole)
        self._plain = pattern(self.traces)
        stored = [form for trace in self.traces for form in forms(trace, True)]
        self._stored = pattern(stored + [f'"{form}"' for trace in self.whole for form in forms(trace, True)])

    def __len__(self) -> int:  # of what is looked for
        return len(self.traces) + len(self.whole)

    def is_in(self, text: str, is_json: bool = False) -> bool:
        """Whether a stored text holds one of them."""
        if is_json:
            return self._stored is not None and self._stored.search(text) is not None
        return text in self.whole or (self._plain is not None and self._plain.search(text) is not None)

    def crossed(self, value: Any) -> Any:
        """A value without them; of a JSON value every text in it, names of keys too."""
        if isinstance(value, str):
            if value in self.whole:
                return CROSSED
            return value if self._plain is None else self._plain.sub(CROSSED, value)
        if isinstance(value, list):
            return [self.crossed(each) for each in value]
        if isinstance(value, dict):
            return {self.crossed(key): self.crossed(each) for key, each in value.items()}
        return value
