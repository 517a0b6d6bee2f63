"""What a form of a scheme holds: nested texts, exactly as typed, with names like ``criteria.0.bands.1.points``.

A draft never fails: unknown names are dropped, missing ones are empty. What the texts mean is :mod:`.reading_draft`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kezhi.forms import trimmed

Draft = dict[str, Any]

#: more rows of one kind than any scheme may have: beyond them is no person's typing
MOST_ROWS = 60
#: names longer than a tree of the deepest rules needs are nobody's either
DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Many:
    """A field that is sent once per chosen value."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows; ``of`` is None for the tree of rules, whose rows are rows of the same kind again."""

    of: Mapping[str, Any] | None = None


#: the kinds of values: a text, :class:`Many` texts, :class:`Rows`
TEXT = ""
BAND = {"sign": TEXT, "value": TEXT, "points": TEXT}
ANCHOR = {"at": TEXT, "points": TEXT}
CRITERION = {
    "key": TEXT, "zh": TEXT, "en": TEXT, "group": TEXT, "metric": TEXT, "unit": TEXT, "weight": TEXT, "missing": TEXT,
    "optional": TEXT, "effective": TEXT, "rule": TEXT, "bands": Rows(BAND), "interpolate": Rows(ANCHOR), "better": TEXT,
    "points": TEXT,
}  # fmt: skip
NODE = {
    "node": TEXT, "criterion": TEXT, "operator": TEXT, "first": TEXT, "second": TEXT, "window": TEXT, "count": TEXT,
    "missing": TEXT, "parts": Rows(),
}  # fmt: skip
GRADE = {
    "key": TEXT, "zh": TEXT, "en": TEXT, "zh_note": TEXT, "en_note": TEXT, "tone": TEXT, "sign": TEXT, "bound": TEXT,
    "rule": TEXT, "place": TEXT, "parts": Rows(NODE), "hours": TEXT, "dedicated": TEXT,
}  # fmt: skip
DRAFT = {
    "key": TEXT, "method": TEXT, "scale": TEXT, "zh": TEXT, "en": TEXT, "zh_note": TEXT, "en_note": TEXT,
    "period": TEXT, "review": TEXT, "business_types": Many(), "stages": Many(), "regions": TEXT,
    "groups": Rows({"key": TEXT, "zh": TEXT, "en": TEXT}), "criteria": Rows(CRITERION), "grades": Rows(GRADE),
    "steps": Rows({"zh": TEXT, "en": TEXT, "role": TEXT}),
}  # fmt: skip


def row(shape: Mapping[str, Any], **values: Any) -> Draft:
    """A row with ``values``, everything else empty."""
    return {name: values.get(name, "" if kind == TEXT else []) for name, kind in shape.items()}


def draft_of_form(sent: Iterable[tuple[str, str]]) -> Draft:
    """The draft that a form sent, rows in the order of their numbers."""
    tree: dict[str, Any] = {}
    for name, text in sent:
        steps = name.split(".", DEEPEST)
        if len(steps) > DEEPEST or "" in steps:  # the empty step keeps the values
            continue
        place = tree
        for step in steps:
            place = place.setdefault(step, {})
        place.setdefault("", []).append(trimmed(text).replace("\r\n", "\n"))
    return _shaped(tree, DRAFT)


def _shaped(tree: Mapping[str, Any], shape: Mapping[str, Any]) -> Draft:
    found: Draft = {}
    for name, kind in shape.items():
        part = tree.get(name, {})
        if isinstance(kind, Rows):
            numbers = sorted((step for step in part if _is_number(step)), key=int)
            found[name] = [_shaped(part[number], kind.of or shape) for number in numbers[:MOST_ROWS]]
        elif isinstance(kind, Many):
            found[name] = [text for text in dict.fromkeys(part.get("", [])) if text]
        else:
            found[name] = part.get("", [""])[0]
    return found


def _is_number(step: str) -> bool:
    """Whether a step of a name may be the number of a row."""
    return step.isascii() and step.isdecimal() and len(step) < 4


def fields_of(draft: Draft, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The names and values of a form that holds a draft: :func:`draft_of_form` gives the draft back."""
    for name, value in draft.items():
        if isinstance(value, str):
            yield f"{prefix}{name}", value
            continue
        for number, entry in enumerate(value):
            if isinstance(entry, str):
                yield f"{prefix}{name}", entry
            else:
                yield from fields_of(entry, f"{prefix}{name}.{number}.")


def rows_at(draft: Draft, path: str) -> list[Draft] | None:
    """The list of rows that a name like ``grades.0.parts`` leads to, None when there is none."""
    place: Any = draft
    for step in path.split("."):
        if isinstance(place, list) and _is_number(step) and int(step) < len(place):
            place = place[int(step)]
        elif isinstance(place, dict) and step in place:
            place = place[step]
        else:
            return None
    return place if isinstance(place, list) and all(isinstance(each, dict) for each in place) else None
