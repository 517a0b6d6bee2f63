"""Rules that can never give their grade, as far as that is cheap to see (GRD-03)."""

from __future__ import annotations

from collections.abc import Mapping

from .conditions import Bound, Condition, Node, Tree, may_be_left_out
from .scheme import Scheme
from .table import Problem
from .words import _

#: a figure and the unit of the window over which it is read; all windows of one unit share their newest part
Figure = tuple[str, str]
Range = tuple[Bound | None, Bound | None]


def reach_problems(scheme: Scheme) -> list[Problem]:
    """Rules that contradict themselves, and rules whose customers an earlier test takes all."""
    found, earlier = [], list[tuple[str, Tree]]()
    places = {grade.key: number for number, grade in enumerate(scheme.grades, 1)}
    for grade, when in scheme.rules:
        where, path = f"grades[{places[grade.key]}] ({grade.key})", ("grades", places[grade.key])
        if not _possible(when, {}):
            text = _("no customer can meet this rule, because its conditions exclude each other; change one of them")
            found.append(Problem(where, text, path))
        for other, taken in earlier:
            if _implies(when, taken):
                text = _(
                    "never reached: whoever meets its rule meets that of %(other)s, which is tested before it; "
                    "change the order in “tests”, or one of the rules",
                    other=other,
                )
                found.append(Problem(where, text, path))
                break
        earlier.append((grade.key, when))
    return found


def _figure(condition: Condition) -> Figure:
    return condition.criterion, condition.window.unit if condition.window else ""


def _possible(node: Node, ranges: Mapping[Figure, Range]) -> bool:
    """Whether figures inside ``ranges`` might meet a node."""
    if isinstance(node, Condition):
        return _narrowed(ranges, node) is not None
    if node.kind == "any":
        return any(_possible(part, ranges) for part in node.parts)
    narrowed = dict(ranges)
    for condition in _required(node):
        wider = _narrowed(narrowed, condition)
        if wider is None:
            return False
        narrowed[_figure(condition)] = wider
    return all(_possible(part, narrowed) for part in node.parts if isinstance(part, Tree))


def _required(tree: Tree) -> list[Condition]:
    """The conditions that an ``all`` and the ``all`` in it ask for; those that may be left out ask for nothing."""
    found = []
    for part in tree.parts:
        if isinstance(part, Condition):
            found += [part] if part.missing != "exclude" else []
        elif part.kind == "all":
            found += _required(part)
    return found


def _narrowed(ranges: Mapping[Figure, Range], condition: Condition) -> Range | None:
    """The range of a condition's figure within what is known already; None when nothing is left."""
    low, high = ranges.get(_figure(condition), (None, None))
    low, high = _tighter(low, condition.lower, 1), _tighter(high, condition.upper, -1)
    if low and high and (low.value > high.value or (low.value == high.value and not (low.closed and high.closed))):
        return None
    return low, high


def _tighter(one: Bound | None, other: Bound | None, sign: int) -> Bound | None:
    if one is None or other is None:
        return one or other
    if one.value == other.value:
        return one if not one.closed else other
    return one if sign * one.value > sign * other.value else other


def _implies(node: Node, other: Node) -> bool:
    """Whether whoever meets ``node`` surely meets ``other``."""
    if isinstance(node, Condition) and isinstance(other, Condition):
        return _covers(node, other)
    if isinstance(other, Tree) and other.kind == "all":
        return all(_implies(node, part) for part in other.parts)
    if isinstance(node, Tree) and node.kind == "any":
        return all(_implies(part, other) for part in node.parts)
    if isinstance(node, Tree) and any(_implies(part, other) for part in node.parts if not may_be_left_out(part)):
        return True
    return isinstance(other, Tree) and any(_implies(node, part) for part in other.parts)


def _covers(node: Condition, other: Condition) -> bool:
    if _figure(node) != _figure(other):
        return False
    if node.window and other.window and node.window.count < other.window.count:
        return False
    return _inside(other.lower, node.lower, 1) and _inside(other.upper, node.upper, -1)


def _inside(outer: Bound | None, inner: Bound | None, sign: int) -> bool:
    if outer is None or inner is None:
        return outer is None
    if outer.value == inner.value:
        return outer.closed or not inner.closed
    return sign * outer.value < sign * inner.value
