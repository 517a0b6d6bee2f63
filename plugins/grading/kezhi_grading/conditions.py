"""Threshold rules as plain frozen data, and what they say of figures (GRD-03, GRD-06). All figures are integers.

A condition has one of five outcomes, because a missing figure is never zero by accident. A tree holds, fails, or is
left out as a whole when nothing in it has a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Missing = Literal["exclude", "lowest", "ungradable", "fails"]
Kind = Literal["all", "any"]
State = Literal["held", "failed", "excluded"]


class Held(IntEnum):
    """The outcome of a condition, as a result stores it."""

    NO = 0
    YES = 1
    MISSING = 2  #: not met, because a figure is missing
    OUT = 3  #: a figure is missing: left out of its all or any
    UNGRADABLE = 4  #: a figure is missing: the customer gets no grade


#: what each treatment of a missing figure makes of a condition
WHEN_MISSING: dict[Missing, Held] = {"fails": Held.MISSING, "exclude": Held.OUT, "ungradable": Held.UNGRADABLE}


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a band, grade or range begins or ends; ``closed`` says that the bound itself belongs to it."""

    value: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """The last ``count`` full calendar years or months at the end of the period; a condition must hold in each."""

    unit: Literal["years", "months"]
    count: int


@dataclass(frozen=True, slots=True)
class Around:
    """A rate ± tolerance, both ends included."""

    rate: int
    tolerance: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure within a range, over the run's period or in each part of a window."""

    criterion: str
    low: Bound | None = None
    high: Bound | None = None
    around: Around | None = None
    window: Window | None = None
    missing: Missing = "fails"

    @property
    def lower(self) -> Bound | None:
        """Where the range begins, also that around a rate."""
        return Bound(self.around.rate - self.around.tolerance) if self.around else self.low

    @property
    def upper(self) -> Bound | None:
        """Where the range ends, also that around a rate."""
        return Bound(self.around.rate + self.around.tolerance) if self.around else self.high

    def met_by(self, value: int) -> bool:
        """Whether a figure lies in the range."""
        low, high = self.lower, self.upper
        above = low is None or value > low.value or (low.closed and value == low.value)
        return above and (high is None or value < high.value or (high.closed and value == high.value))

    def outcome(self, values: Sequence[int | None]) -> Held:
        """The outcome for the figures of the window: one that is known to be outside decides before a missing one."""
        if any(value is not None and not self.met_by(value) for value in values):
            return Held.NO
        return WHEN_MISSING[self.missing] if None in values else Held.YES


@dataclass(frozen=True, slots=True)
class Tree:
    """All of the parts, or any of them. Parts that are left out do not count; with none left the tree is left out."""

    kind: Kind
    parts: tuple[Tree | Condition, ...]


Node = Tree | Condition


def conditions_in(node: Node) -> Iterator[Condition]:
    """Every condition of a tree, in reading order."""
    if isinstance(node, Condition):
        yield node
        return
    for part in node.parts:
        yield from conditions_in(part)


def may_be_left_out(node: Node) -> bool:
    """Whether missing figures can take a node out of its tree."""
    if isinstance(node, Condition):
        return node.missing == "exclude"
    return all(may_be_left_out(part) for part in node.parts)


def state_of(node: Node, outcome: Callable[[Condition], Held]) -> State:
    """What a node comes to, given the outcomes of its conditions."""
    if isinstance(node, Condition):
        return {Held.YES: "held", Held.OUT: "excluded"}.get(outcome(node), "failed")  # type: ignore[return-value]
    states = [state_of(part, outcome) for part in node.parts]
    counted = [state for state in states if state != "excluded"]
    if not counted:
        return "excluded"
    enough = all if node.kind == "all" else any
    return "held" if enough(state == "held" for state in counted) else "failed"
