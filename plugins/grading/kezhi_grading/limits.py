"""Whether a scheme's arithmetic stays inside 64 bits for every possible customer."""

from __future__ import annotations

from .scheme import Interpolation, Scheme
from .words import _

#: twice the remainder of a division must fit too (see ``kezhi.figures.sql_divide``)
LARGEST_PRODUCT = 4_500_000_000_000_000_000


def limit_problems(scheme: Scheme) -> list[str]:
    """What would leave 64 bits, each with what to do."""
    found = []
    for criterion in scheme.criteria:
        rule = criterion.rule
        if not isinstance(rule, Interpolation):
            continue
        for low, high in zip(rule.anchors, rule.anchors[1:], strict=False):
            if (high.value - low.value) * max(abs(high.points - low.points), 2) > LARGEST_PRODUCT:
                found.append(
                    _("criteria (%(key)s): two anchors are too far apart to compute exactly; put one between them",
                      key=criterion.key)
                )  # fmt: skip
    most = max(abs(points) for criterion in scheme.criteria for points in criterion.rule.possible)
    weights = sum(scheme.weights)
    cut = max(abs(grade.bound.value) for grade in scheme.grades if grade.bound)
    reach = weights * max(most, cut, 2) * max(scheme.factor.numerator, scheme.factor.denominator)
    if reach > LARGEST_PRODUCT:
        found.append(_("criteria: the weights are too fine to compute exactly; use ratios with smaller numbers"))
    floor, top = scheme.span
    for grade in scheme.grades:
        if grade.bound and not floor <= grade.bound.value <= top:
            found.append(
                _("grades (%(key)s): no score reaches its bound; scores run from %(low)s to %(high)s",
                  key=grade.key, low=floor // 1000, high=top // 1000)
            )  # fmt: skip
    return found
