"""A grading scheme as plain frozen data (GRD-01, GRD-02). All figures are integers.

Values of a criterion are in the integer form of its unit, points and cut-offs in thousandths, weights are ratios of
integers. :mod:`.reading` makes a scheme from a TOML file; :mod:`.stored` writes it as JSON and reads that back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from kezhi.contributions import Unit

Missing = Literal["exclude", "lowest", "ungradable"]
Scale = Literal["normalised", "weighted-sum"]
Better = Literal["higher", "lower"]
Title = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a band or grade begins; ``closed`` says that the bound itself belongs to it, else to the one below."""

    value: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """Points for the values from ``bound`` up to the next band's; the lowest band has no bound."""

    points: int
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """Points by bands, in rising order. Adjacent bands share a bound, so no gap or overlap can be written."""

    bands: tuple[Band, ...]

    @property
    def possible(self) -> tuple[int, ...]:
        return tuple(band.points for band in self.bands)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A value and the points it earns."""

    value: int
    points: int


@dataclass(frozen=True, slots=True)
class Interpolation:
    """Points on the straight line between neighbouring anchors; beyond the outer anchors their own points."""

    anchors: tuple[Anchor, ...]

    @property
    def possible(self) -> tuple[int, ...]:
        return tuple(anchor.points for anchor in self.anchors)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Points by rank: the customers with a value in equal parts, ``points`` of the parts from the worst to the best.

    Equal values stay together, in the part of the lowest place among them.
    """

    points: tuple[int, ...]
    better: Better = "higher"

    @property
    def possible(self) -> tuple[int, ...]:
        return self.points


Rule = Bands | Interpolation | Ranking


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the score card. ``weight`` is a part of 1 when the scale is normalised, else a factor."""

    key: str
    title: Title
    metric: str
    unit: Unit
    weight: Fraction
    rule: Rule
    missing: Missing
    optional: bool = False
    group: str | None = None

    @property
    def lowest(self) -> int:
        """The fewest points that the criterion can give."""
        return min(self.rule.possible)


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and where it begins; the lowest has no bound."""

    key: str
    title: Title
    tone: str
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One signature on the way to publication, by anybody with ``role``."""

    title: Title
    role: str


@dataclass(frozen=True)
class Scheme:
    """A score card with its grades, best first."""

    key: str
    title: Title
    description: Title
    scale: Scale
    criteria: tuple[Criterion, ...]
    grades: tuple[Grade, ...]
    steps: tuple[WorkflowStep, ...]
    groups: Mapping[str, Title]
    period_months: int
    review_months: int
    method: str = "score-card"
    population: str = "all"

    @cached_property
    def unit_of_weight(self) -> int:
        """The common denominator of all weights."""
        return math.lcm(*(criterion.weight.denominator for criterion in self.criteria))

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """The weights as integers of ``1 / unit_of_weight``."""
        return tuple(int(criterion.weight * self.unit_of_weight) for criterion in self.criteria)

    @cached_property
    def factor(self) -> Fraction:
        """What Σ points · weight / Σ weight is multiplied with to give the score.

        1 for a normalised scale; the sum of all factors for a weighted sum, so that excluded criteria are made up for.
        """
        if self.scale == "normalised":
            return Fraction(1)
        return Fraction(sum(self.weights), self.unit_of_weight)

    @cached_property
    def span(self) -> tuple[int, int]:
        """The lowest and the highest score possible, in thousandths."""
        low = sum(c.weight * min(c.rule.possible) for c in self.criteria)
        high = sum(c.weight * max(c.rule.possible) for c in self.criteria)
        if self.scale == "normalised":
            return 0, 100_000
        return math.floor(low), math.ceil(high)

    def grade(self, key: str | None) -> Grade | None:
        """The grade ``key``, or None."""
        return next((grade for grade in self.grades if grade.key == key), None)

    def order(self, key: str) -> int:
        """The place of a grade, 1 for the best."""
        return next(number for number, grade in enumerate(self.grades, 1) if grade.key == key)

    def interval(self, key: str) -> str:
        """The scores of a grade as an interval: ``[60, 80)``."""
        place = self.order(key) - 1
        low, high = self.span
        lower, upper = self.grades[place].bound, self.grades[place - 1].bound if place else None
        left = f"{'[' if lower is None or lower.closed else '('}{plain(low if lower is None else lower.value)}"
        right = f"{plain(high if upper is None else upper.value)}{']' if upper is None or not upper.closed else ')'}"
        return f"{left}, {right}"


def plain(thousandths: int) -> str:
    """Thousandths as a short decimal number: ``60``, ``79.5``."""
    whole, rest = divmod(abs(thousandths), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if thousandths < 0 else text


def exact(thousandths: int) -> str:
    """Thousandths with all three decimals: ``74.600``."""
    whole, rest = divmod(abs(thousandths), 1000)
    return f"{'-' if thousandths < 0 else ''}{whole}.{rest:03d}"


def weight_text(weight: Fraction, scale: Scale) -> str:
    """A weight as the scheme's file writes it: ``40`` (per cent), ``1/3``, or a factor."""
    value = weight * 100 if scale == "normalised" else weight
    return str(value.numerator) if value.denominator == 1 else str(weight)
