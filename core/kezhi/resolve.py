"""Dependencies between plugins: pure functions on data, used by the command line, the Apps page and every start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from .discover import Candidate


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a plugin cannot run: ``kind`` is missing, version, conflict, cycle or broken."""

    plugin: str
    kind: str
    other: str
    detail: str = ""

    def __str__(self) -> str:
        if self.other == self.plugin and self.kind in ("missing", "broken"):
            return "is not installed" if self.kind == "missing" else f"cannot be loaded{self.detail}"
        return {
            "missing": f"needs {self.other}{self.detail}, which is not installed",
            "version": f"needs {self.other}{self.detail}",
            "conflict": f"cannot run beside {self.other}",
            "cycle": f"depends on itself by way of {self.other}",
            "broken": f"needs {self.other}, which cannot be loaded{self.detail}",
        }[self.kind]


def requirements(candidate: Candidate) -> Mapping[str, str]:
    """What a candidate needs besides the core."""
    depends = candidate.plugin.depends if candidate.plugin else {}
    return {name: spec for name, spec in depends.items() if name != "kezhi"}


def closure(names: Iterable[str], candidates: Mapping[str, Candidate]) -> set[str]:
    """``names`` and everything they need, as far as it is installed."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in candidates:
            continue
        found.add(name)
        waiting += requirements(candidates[name])
    return found


def ordered(names: Iterable[str], candidates: Mapping[str, Candidate]) -> list[str]:
    """``names`` so that each comes after what it needs or extends; ties by name. Members of a cycle come last."""
    left, result = set(names), list[str]()
    while left:
        ready = sorted(name for name in left if not (_before(name, candidates) & left) - {name})
        if not ready:
            return result + sorted(left)
        result.append(ready[0])
        left.remove(ready[0])
    return result


def _before(name: str, candidates: Mapping[str, Candidate]) -> set[str]:
    candidate = candidates.get(name)
    if candidate is None or candidate.plugin is None:
        return set()
    return set(requirements(candidate)) | set(candidate.plugin.extends)


def dependents(name: str, enabled: Iterable[str], candidates: Mapping[str, Candidate]) -> set[str]:
    """The enabled plugins that need ``name``, directly or not."""
    others = [other for other in enabled if other != name and other in candidates]
    return {other for other in others if name in closure([other], candidates)}


def problems(names: Iterable[str], candidates: Mapping[str, Candidate]) -> list[Problem]:
    """Everything that keeps this set of plugins from running together."""
    chosen, found = set(names), list[Problem]()
    for name in sorted(chosen):
        candidate = candidates.get(name)
        if candidate is None:
            found.append(Problem(name, "missing", name))
            continue
        if candidate.plugin is None:
            found.append(Problem(name, "broken", name, f": {candidate.error}"))
            continue
        for other, wanted in candidate.plugin.depends.items():
            version = _version(other, candidates)
            if version is None:
                found.append(Problem(name, "missing", other, wanted))
            elif not _fits(version, wanted):
                found.append(Problem(name, "version", other, f"{wanted}, installed is {version}"))
            elif other != "kezhi" and candidates[other].plugin is None:
                found.append(Problem(name, "broken", other, f": {candidates[other].error}"))
        found += [Problem(name, "conflict", other) for other in candidate.plugin.conflicts if other in chosen]
        if any(name in closure([other], candidates) for other in requirements(candidate)):
            found.append(Problem(name, "cycle", ", ".join(sorted(requirements(candidate)))))
    return found


def _version(name: str, candidates: Mapping[str, Candidate]) -> str | None:
    if name == "kezhi":
        return next((candidate.version for candidate in candidates.values() if candidate.builtin), "0")
    return candidates[name].version if name in candidates else None


def _fits(version: str, wanted: str) -> bool:
    try:
        return SpecifierSet(wanted).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False
