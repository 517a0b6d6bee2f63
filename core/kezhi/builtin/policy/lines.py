"""The obligations of the enabled apps: their clauses, each with the evidence that was given for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from kezhi import Clause

from .contributions import ClauseEvidence


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation on the board. Without ``evidence`` the app says nothing of how it is kept."""

    key: str  #: ``customers:CUS-07:note``
    plugin: str
    clause: Clause
    evidence: ClauseEvidence | None = None

    @property
    def title(self) -> str:
        """What is asked for."""
        return str((self.evidence.title if self.evidence else "") or self.clause.title)

    @property
    def app(self) -> str:
        """The title of the app."""
        return str(current_app.extensions["kezhi"].plugins[self.plugin].title)


def key_of(plugin: str, clause: str, own: str = "") -> str:
    """The key of an obligation."""
    return ":".join(filter(None, (plugin, clause, own)))


def all_lines() -> Mapping[str, Line]:
    """Every obligation by key, in the order of the apps and of their clauses. Asked once for a set of apps."""
    memo = current_app.extensions["kezhi"].host.memo
    if ("policy", "lines") not in memo:
        memo["policy", "lines"] = _collect()
    found: Mapping[str, Line] = memo["policy", "lines"]
    return found


def _collect() -> dict[str, Line]:
    kernel = current_app.extensions["kezhi"]
    given: dict[tuple[str, str], list[ClauseEvidence]] = {}
    for plugin, evidence in kernel.call.attributed.register_evidence():
        given.setdefault((plugin, evidence.clause), []).append(evidence)
    found: dict[str, Line] = {}
    for plugin, clause in kernel.clauses:
        all_of_it: list[Any] = given.get((plugin, clause.id)) or [None]
        for evidence in all_of_it:
            key = key_of(plugin, clause.id, evidence.key if evidence else "")
            found[key] = Line(key, plugin, clause, evidence)
    return found
