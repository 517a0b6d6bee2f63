"""From a place in the tables of a scheme to the name of the field in the form that holds it."""

from __future__ import annotations

from typing import Any

from ..table import Path
from .shape import Draft

WHOLE = {
    "title": "zh", "description": "zh_note", "tests": "grades", "rest": "grades", "population": "business_types",
}  # fmt: skip
IN_ROWS = {"title": "zh", "description": "zh_note", "unit": "metric"}
ON_TREE = {"from": "first", "above": "first", "around": "first", "tolerance": "second", "years": "count",
           "months": "count"}  # fmt: skip
ON_GRADE = {"from": "bound", "above": "bound"}
ON_BAND = {"from": "value", "above": "value"}


def name_of(path: Path, draft: Draft) -> str:
    """The name of the field, else of the nearest row; empty for the scheme as a whole."""
    if not path:
        return ""
    head, *rest = path
    if head == "population":
        return str(rest[0]) if rest else "business_types"
    if head in ("period", "review", "method", "scale", "key"):
        return str(head)
    if not rest:
        return WHOLE.get(str(head), str(head))
    if head == "groups":
        return next((f"groups.{n}.zh" for n, each in enumerate(draft["groups"]) if each["key"] == rest[0]), "groups")
    return _in_row(str(head), rest, draft)


def _in_row(head: str, rest: list[Any], draft: Draft) -> str:
    steps, words, kind = [head], dict(IN_ROWS), head
    if head == "grades":
        words |= ON_GRADE
    for step in rest:
        if isinstance(step, int):
            steps.append(str(step - 1))
        elif step in ("all", "any"):
            steps.append("parts")
            words, kind = {**IN_ROWS, **ON_TREE}, "parts"
        elif step == "bands":
            steps.append(step)
            words = {**IN_ROWS, **ON_BAND}
        elif step == "rank":
            steps.append("points")
        elif steps[-1] == "points":
            steps[-1] = "better" if step == "better" else "points"
        elif step in ("to", "below") and kind == "parts":
            steps.append(_upper(".".join(steps), draft))
        else:
            steps.append(words.get(step, step))
    return ".".join(steps)


def _upper(name: str, draft: Draft) -> str:
    """Which of the two fields of a condition holds its upper bound."""
    place: Any = draft
    for step in name.split("."):
        place = place[int(step)] if isinstance(place, list) else place[step]
    return "second" if "-" in place["operator"] else "first"
