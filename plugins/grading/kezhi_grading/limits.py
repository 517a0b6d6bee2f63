"""Whether a scheme's arithmetic stays inside 64 bits for every possible customer."""

from __future__ import annotations

from .conditions import conditions_in
from .scheme import Interpolation, Scheme
from .table import Problem
from .words import _

#: twice the remainder of a division must fit too (see ``kezhi.figures.sql_divide``)
LARGEST_PRODUCT = 4_500_000_000_000_000_000
#: figures that one statement can join: SQLite joins at most 64 tables
MOST_FIGURES = 60
#: conditions of all rules together: they become the text of one statement
MOST_CONDITIONS = 100


def limit_problems(scheme: Scheme) -> list[Problem]:
    """What would leave 64 bits or the databases' limits, each with what to do."""
    return _rule_problems(scheme) if scheme.is_threshold else _point_problems(scheme)


def _rule_problems(scheme: Scheme) -> list[Problem]:
    found = []
    figures = sum(
        scheme.reads_period(c.key) + scheme.parts_read(c.key, "years") + scheme.parts_read(c.key, "months")
        for c in scheme.criteria
    )
    if figures > MOST_FIGURES:
        text = _(
            "the rules read %(count)s figures, counting every year and month; at most %(most)s can be read",
            count=figures,
            most=MOST_FIGURES,
        )
        found.append(Problem("grades", text, ("grades",)))
    conditions = sum(1 for _grade, when in scheme.rules for _condition in conditions_in(when))
    if conditions > MOST_CONDITIONS:
        text = _(
            "the rules have %(count)s conditions; at most %(most)s are allowed", count=conditions, most=MOST_CONDITIONS
        )
        found.append(Problem("grades", text, ("grades",)))
    return found


def _point_problems(scheme: Scheme) -> list[Problem]:
    found = []
    for number, criterion in enumerate(scheme.criteria, 1):
        rule = criterion.rule
        if not isinstance(rule, Interpolation):
            continue
        for low, high in zip(rule.anchors, rule.anchors[1:], strict=False):
            if (high.value - low.value) * max(abs(high.points - low.points), 2) > LARGEST_PRODUCT:
                text = _("two anchors are too far apart to compute exactly; put one between them")
                found.append(Problem(f"criteria ({criterion.key})", text, ("criteria", number)))
    most = max(abs(points) for criterion in scheme.criteria for points in criterion.rule.possible)
    weights = sum(scheme.weights)
    cut = max(abs(grade.bound.value) for grade in scheme.grades if grade.bound)
    reach = weights * max(most, cut, 2) * max(scheme.factor.numerator, scheme.factor.denominator)
    if reach > LARGEST_PRODUCT:
        text = _("the weights are too fine to compute exactly; use ratios with smaller numbers")
        found.append(Problem("criteria", text, ("criteria",)))
    floor, top = scheme.span
    for number, grade in enumerate(scheme.grades, 1):
        if grade.bound and not floor <= grade.bound.value <= top:
            text = _(
                "no score reaches its bound; scores run from %(low)s to %(high)s", low=floor // 1000, high=top // 1000
            )
            found.append(Problem(f"grades ({grade.key})", text, ("grades", number, "from")))
    return found
