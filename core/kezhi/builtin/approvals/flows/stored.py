"""Steps of a flow as they are stored. Each has a key of its own, by which two versions are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..contributions import REMIND, Step

#: what is left out of the stored form
DEFAULTS: dict[str, Any] = {
    "role": None, "user_id": None, "people": (), "manager_level": None, "needs": 1, "above": None, "up_to": None,
    "department_id": None, "in_turn": False, "hours": None, "late": REMIND,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step with its key."""

    key: str
    step: Step


def to_json(steps: Iterable[FlowStep]) -> list[dict[str, Any]]:
    """Steps as plain data; what a step does not say is left out."""
    found = []
    for each in steps:
        values = {name: getattr(each.step, name) for name in DEFAULTS}
        said = {name: value for name, value in values.items() if value != DEFAULTS[name]}
        if "people" in said:
            said["people"] = list(said["people"])
        found.append({"key": each.key, "title": dict(each.step.title), **said})
    return found


def from_json(stored: Sequence[dict[str, Any]]) -> tuple[FlowStep, ...]:
    """The steps again."""
    found = []
    for entry in stored:
        said = {name: entry[name] for name in DEFAULTS if name in entry}
        if "people" in said:
            said["people"] = tuple(said["people"])
        found.append(FlowStep(entry["key"], Step(title=dict(entry["title"]), **said)))
    return tuple(found)


def with_keys(steps: Iterable[Step]) -> tuple[FlowStep, ...]:
    """The steps that an app ships, keyed by their place."""
    return tuple(FlowStep(f"app{place}", step) for place, step in enumerate(steps, 1))
