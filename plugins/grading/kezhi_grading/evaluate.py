"""A scheme in plain Python: the reference that the SQL of :mod:`.compile` is tested against. Nothing else uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kezhi.figures import divide

from .conditions import Condition, Held, state_of
from .outcomes import NO_DATA, REST, RULE, UNGRADABLE
from .scheme import Bands, Bound, Criterion, Interpolation, NoPoints, Ranking, Scheme


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scheme says of one customer. Points and score in thousandths."""

    points: tuple[int | None, ...]
    score: int | None
    grade: str | None
    rule: str


def evaluate(scheme: Scheme, values: Mapping[int, Sequence[int | None]]) -> dict[int, Outcome]:
    """Grade customers by their values, in the order of the scheme's criteria."""
    columns = [[row[number] for row in values.values()] for number in range(len(scheme.criteria))]
    return {customer: _outcome(scheme, row, columns) for customer, row in values.items()}


def _outcome(scheme: Scheme, row: Sequence[int | None], columns: list[list[int | None]]) -> Outcome:
    points = tuple(
        _points(criterion, value, [v for v in column if v is not None])
        for criterion, value, column in zip(scheme.criteria, row, columns, strict=True)
    )
    for criterion, value in zip(scheme.criteria, row, strict=True):
        if value is None and criterion.missing == "ungradable":
            return Outcome(points, None, None, f"{UNGRADABLE}{criterion.key}")
    counted = [(p, w) for p, w in zip(points, scheme.weights, strict=True) if p is not None]
    numerator = sum(p * w for p, w in counted) * scheme.factor.numerator
    denominator = sum(w for _, w in counted) * scheme.factor.denominator
    if denominator == 0:
        return Outcome(points, None, None, NO_DATA)
    score = divide(numerator, denominator)
    for grade in scheme.grades:
        if grade.bound is None or _reached(numerator, denominator, grade.bound):
            return Outcome(points, score, grade.key, scheme.interval(grade.key))
    raise AssertionError("the lowest grade has no bound")


def _reached(numerator: int, denominator: int, bound: Bound) -> bool:
    cut = bound.value * denominator
    return numerator >= cut if bound.closed else numerator > cut


def _points(criterion: Criterion, value: int | None, everybody: list[int]) -> int | None:
    if value is None:
        return criterion.lowest if criterion.missing == "lowest" else None
    rule = criterion.rule
    if isinstance(rule, Bands):
        points = rule.bands[0].points
        for band in rule.bands[1:]:
            if band.bound and _reached(value, 1, band.bound):
                points = band.points
        return points
    if isinstance(rule, Interpolation):
        return _interpolated(rule, value)
    assert not isinstance(rule, NoPoints), "threshold rules give no points"
    return _ranked(rule, value, everybody)


def _interpolated(rule: Interpolation, value: int) -> int:
    if value <= rule.anchors[0].value:
        return rule.anchors[0].points
    for low, high in zip(rule.anchors, rule.anchors[1:], strict=False):
        if value <= high.value:
            return low.points + divide((value - low.value) * (high.points - low.points), high.value - low.value)
    return rule.anchors[-1].points


def _ranked(rule: Ranking, value: int, everybody: list[int]) -> int:
    worse = sum(other < value if rule.better == "higher" else other > value for other in everybody)
    return rule.points[worse * len(rule.points) // len(everybody)]


@dataclass(frozen=True, slots=True)
class Figures:
    """A customer's figures of one criterion: over the run's period, and the last full years and months."""

    value: int | None
    years: tuple[int | None, ...] = ()
    months: tuple[int | None, ...] = ()

    def read_by(self, condition: Condition) -> tuple[int | None, ...]:
        """What a condition reads."""
        if condition.window is None:
            return (self.value,)
        return (self.years if condition.window.unit == "years" else self.months)[: condition.window.count]


def judge(scheme: Scheme, row: Mapping[str, Figures]) -> tuple[str | None, str, dict[str, list[Held]]]:
    """Grade, rule and the outcome of every condition per criterion, for a customer by threshold rules (GRD-03)."""
    codes = {key: [c.outcome(row[key].read_by(c)) for c in scheme.conditions_of(key)] for key in row}
    outcomes = {c: code for key in row for c, code in zip(scheme.conditions_of(key), codes[key], strict=True)}
    for criterion in scheme.criteria:
        if Held.UNGRADABLE in codes[criterion.key]:
            return None, f"{UNGRADABLE}{criterion.key}", codes
    states = [(grade.key, state_of(tree, outcomes.__getitem__)) for grade, tree in scheme.rules]
    if all(state == "excluded" for _key, state in states):
        return None, NO_DATA, codes
    for key, state in states:
        if state == "held":
            return key, f"{RULE}{key}", codes
    return scheme.rest, f"{REST}{scheme.rest}", codes
