"""Pictures of how grades move: columns before and now, and the flow between them, each with its table (GRD-12, GRD-16).

A grade is None for customers without one. ``address(**filters)`` is the list behind a mark, or empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.filters import number

from .words import _

Counts = Mapping[str | None, int]
Address = Callable[..., str]
#: how the address of a list names customers without a grade
NONE = "none"
KIND_LABELS = {
    "up": _l("rises"),
    "down": _l("falls"),
    "new": _l("for the first time"),
    "same": _l("unchanged"),
    "kept": _l("not graded"),
}
KIND_TONES = {"up": "green", "down": "orange", "new": "blue", "same": "gray", "kept": "red"}


def counted(keys: Sequence[str], tones: Mapping[str, str], now: Counts, address: Address) -> dict[str, Any]:
    """Customers per grade where there is nothing to compare with."""
    shown: list[str | None] = [*keys, None] if now.get(None) else [*keys]
    marks = [
        {"value": now.get(key, 0), "href": address(grade=key or NONE), "tone": tones.get(key or "", "gray")}
        for key in shown
    ]
    return {
        "data": {"labels": [title_of(key) for key in shown], "marks": marks},
        "head": [_("Grade"), _("Customers")],
        "rows": [[title_of(key), number(now.get(key, 0))] for key in shown],
    }


def compared(
    keys: Sequence[str],
    tones: Mapping[str, str],
    before: Counts,
    now: Counts,
    address: Address,
    names: tuple[str, str],
) -> dict[str, Any]:
    """Customers per grade before and now; customers without a grade only where there are some."""
    shown: list[str | None] = [*keys]
    if before.get(None) or now.get(None):
        shown.append(None)
    series = [
        {"name": name, "data": [{"value": counts.get(key, 0), "href": address(**{side: key or NONE})} for key in shown]}
        for name, side, counts in ((names[0], "before", before), (names[1], "grade", now))
    ]
    rows = [
        [title_of(key), number(before.get(key, 0)), number(now.get(key, 0)),
         signed(now.get(key, 0) - before.get(key, 0))]
        for key in shown
    ]  # fmt: skip
    return {
        "data": {
            "labels": [title_of(key) for key in shown],
            "tones": [tones.get(key or "", "gray") for key in shown],
            "series": series,
        },
        "head": [_("Grade"), *names, _("Difference")],
        "rows": rows,
    }


def flow(
    before: Sequence[str],
    now: Sequence[str],
    tones: Mapping[str, str],
    pairs: Mapping[tuple[str | None, str | None], int],
    address: Address,
    names: tuple[str, str],
) -> dict[str, Any]:
    """What goes where between the grades before and now, both from the best to the worst."""
    old: list[str | None] = [*before, None]
    new: list[str | None] = [*now, None]
    links: list[dict[str, Any]] = [
        {
            "source": f"0 {earlier or ''}",
            "target": f"1 {later or ''}",
            "value": pairs[earlier, later],
            "href": address(before=earlier or NONE, grade=later or NONE),
            "text": f"{title_of(earlier)} → {title_of(later)}  {number(pairs[earlier, later])}",
        }
        for earlier in old
        for later in new
        if pairs.get((earlier, later))
    ]
    nodes = []
    for depth, (keys, end) in enumerate(((old, "source"), (new, "target"))):
        for key in keys:
            name = f"{depth} {key or ''}"
            count = sum(link["value"] for link in links if link[end] == name)
            if count:
                href = address(**{"grade" if depth else "before": key or NONE})
                nodes.append({"name": name, "label": title_of(key), "count": count, "depth": depth,
                              "tone": tones.get(key or "", "gray"), "href": href})  # fmt: skip
    rows = [[link["text"].rpartition("  ")[0], number(link["value"])] for link in links]
    return {"data": {"nodes": nodes, "links": links}, "head": [f"{names[0]} → {names[1]}", _("Customers")],
            "rows": rows}  # fmt: skip


def title_of(key: str | None) -> str:
    """A grade, or that there is none."""
    return key or _("no grade")


def signed(value: int) -> str:
    """A difference with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)
