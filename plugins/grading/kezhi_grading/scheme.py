"""A grading scheme as plain frozen data (GRD-01, GRD-02, GRD-03). All figures are integers.

Values of a criterion are in the integer form of its unit, points and cut-offs in thousandths, weights are ratios of
integers. :mod:`.reading` makes a scheme from a TOML file; :mod:`.stored` writes it as JSON and reads that back. The
conditions of threshold rules are :mod:`.conditions`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from kezhi.contributions import Unit

from .conditions import Bound as Bound
from .conditions import Condition, Tree, conditions_in
from .conditions import Missing as Missing

SCORE_CARD, THRESHOLD = "score-card", "threshold"

Scale = Literal["normalised", "weighted-sum"]
Better = Literal["higher", "lower"]
Title = Mapping[str, str]


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


@dataclass(frozen=True, slots=True)
class NoPoints:
    """The figure earns no points: the rules of the grades read it."""

    @property
    def possible(self) -> tuple[int, ...]:
        return (0,)


Rule = Bands | Interpolation | Ranking | NoPoints


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the score card, or one figure that threshold rules read.

    ``weight`` is a part of 1 when the scale is normalised, else a factor; 0 for threshold rules. ``missing`` is there
    what its conditions do unless they say otherwise.
    """

    key: str
    title: Title
    metric: str
    unit: Unit
    weight: Fraction
    rule: Rule
    missing: Missing
    optional: bool = False
    group: str | None = None
    effective: bool = False  #: read on the day on which the grades take effect, not over the run's period

    @property
    def lowest(self) -> int:
        """The fewest points that the criterion can give."""
        return min(self.rule.possible)


@dataclass(frozen=True, slots=True)
class Service:
    """What a grade promises as a service tier: hours of service a day, an account manager for this customer alone."""

    hours: int
    dedicated: bool = False


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and where it begins, or the rule that gives it; the lowest has no bound, the rest no rule.

    ``description`` says what the grade means (GRD-01), ``service`` what it promises (GRD-26).
    """

    key: str
    title: Title
    tone: str
    bound: Bound | None = None
    when: Tree | None = None
    description: Title | None = None
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One signature on the way to publication, by anybody with ``role``."""

    title: Title
    role: str


@dataclass(frozen=True, slots=True)
class Population:
    """Which customers a scheme grades: those with one of the values in every list that is not empty (GRD-01).

    The values are keys of the company's lists (CUS-03).
    """

    business_types: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def everybody(self) -> bool:
        return not (self.business_types or self.stages or self.regions)


@dataclass(frozen=True)
class Scheme:
    """A score card or threshold rules with the grades, best first.

    Threshold rules test the grades ``tests`` in that order; whoever meets none of their rules gets ``rest``.
    """

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
    method: str = SCORE_CARD
    population: Population = Population()
    tests: tuple[str, ...] = ()
    rest: str = ""

    @property
    def is_threshold(self) -> bool:
        """Whether rules decide instead of points."""
        return self.method == THRESHOLD

    @cached_property
    def rules(self) -> tuple[tuple[Grade, Tree], ...]:
        """The grades with a rule, in the order they are tested."""
        by_key = {grade.key: grade for grade in self.grades}
        found = ((by_key[key], by_key[key].when) for key in self.tests)
        return tuple((grade, when) for grade, when in found if when is not None)

    def conditions_of(self, criterion: str) -> tuple[Condition, ...]:
        """The distinct conditions on a figure, in the order in which they are first tested."""
        every = (condition for _grade, when in self.rules for condition in conditions_in(when))
        return tuple(dict.fromkeys(condition for condition in every if condition.criterion == criterion))

    def reads_period(self, criterion: str) -> bool:
        """Whether the figure over the run's period is wanted."""
        return not self.is_threshold or any(c.window is None for c in self.conditions_of(criterion))

    def parts_read(self, criterion: str, unit: str) -> int:
        """How many of the last full ``years`` or ``months`` the conditions on a figure read."""
        windows = (condition.window for condition in self.conditions_of(criterion))
        return max((window.count for window in windows if window and window.unit == unit), default=0)

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
        """The scores of a grade as an interval: ``[60, 80)``; empty where rules decide."""
        if self.is_threshold:
            return ""
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
