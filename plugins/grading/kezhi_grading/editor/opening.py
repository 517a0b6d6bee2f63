"""A scheme as the draft of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezhi.contributions import Unit

from ..conditions import Bound, Condition, Tree
from ..scheme import Bands, Criterion, Grade, Interpolation, Ranking, Scheme, plain
from .figures import typed, weight_typed
from .shape import ANCHOR, BAND, CRITERION, DRAFT, GRADE, NODE, Draft, row

NO_TITLE: Mapping[str, str] = {"zh": "", "en": ""}


def draft_of_scheme(scheme: Scheme, currency: str) -> Draft:
    """The form that says what a scheme says; its amounts are in ``currency``."""
    wanted = scheme.population
    return row(
        DRAFT,
        key=scheme.key,
        method=scheme.method,
        scale=scheme.scale,
        **scheme.title,
        **_notes(scheme.description),
        period=str(scheme.period_months),
        review=str(scheme.review_months),
        business_types=list(wanted.business_types),
        stages=list(wanted.stages),
        regions="\n".join(wanted.regions),
        groups=[{"key": key, **scheme.groups[key]} for key in _groups(scheme)],
        criteria=[_criterion(criterion, scheme, currency) for criterion in scheme.criteria],
        grades=[_grade(grade, scheme, currency) for grade in scheme.grades],
        steps=[{**step.title, "role": step.role} for step in scheme.steps],
    )


def _groups(scheme: Scheme) -> list[str]:
    """The groups as the criteria come upon them: they have no order of their own, and JSON keeps none."""
    used = dict.fromkeys(criterion.group for criterion in scheme.criteria if criterion.group)
    return [*used, *sorted(key for key in scheme.groups if key not in used)]


def _notes(title: Mapping[str, str]) -> dict[str, str]:
    return {f"{language}_note": text for language, text in title.items()}


def _criterion(criterion: Criterion, scheme: Scheme, currency: str) -> Draft:
    rule, unit = criterion.rule, criterion.unit
    points: dict[str, Any] = {}
    if isinstance(rule, Bands):
        points = {"rule": "bands", "bands": [
            row(BAND, **_bound(band.bound, "sign", "value", unit, currency), points=plain(band.points))
            for band in rule.bands
        ]}  # fmt: skip
    elif isinstance(rule, Interpolation):
        points = {"rule": "interpolate", "interpolate": [
            row(ANCHOR, at=typed(anchor.value, unit, currency), points=plain(anchor.points)) for anchor in rule.anchors
        ]}  # fmt: skip
    elif isinstance(rule, Ranking):
        points = {"rule": "rank", "better": rule.better, "points": " ".join(map(plain, rule.points))}
    return row(
        CRITERION,
        key=criterion.key,
        **criterion.title,
        group=criterion.group or "",
        metric=criterion.metric,
        unit=unit,
        weight="" if scheme.is_threshold else weight_typed(criterion.weight, scheme.scale),
        missing=criterion.missing,
        optional="1" if criterion.optional else "",
        effective="1" if criterion.effective else "",
        **points,
    )


def _bound(bound: Bound | None, sign: str, value: str, unit: Unit, currency: str) -> dict[str, str]:
    if bound is None:
        return {sign: "", value: ""}
    return {sign: "from" if bound.closed else "above", value: typed(bound.value, unit, currency)}


def _grade(grade: Grade, scheme: Scheme, currency: str) -> Draft:
    ruled: dict[str, Any] = _bound(grade.bound, "sign", "bound", "points", currency)
    if scheme.is_threshold:
        units = {criterion.key: criterion for criterion in scheme.criteria}
        ruled = {"rule": grade.when.kind if grade.when else "rest", "place": "", "parts": []}
        if grade.when:
            ruled["place"] = str(scheme.tests.index(grade.key) + 1)
            ruled["parts"] = [_node(part, units, currency) for part in grade.when.parts]
    service = {}
    if grade.service is not None:
        service = {"hours": str(grade.service.hours), "dedicated": "1" if grade.service.dedicated else ""}
    notes = _notes(grade.description or NO_TITLE)
    return row(GRADE, key=grade.key, **grade.title, **notes, tone=grade.tone, **service, **ruled)


def _node(node: Tree | Condition, criteria: Mapping[str, Criterion], currency: str) -> Draft:
    if isinstance(node, Tree):
        return row(NODE, node=node.kind, parts=[_node(part, criteria, currency) for part in node.parts])
    criterion = criteria[node.criterion]
    operator, figures = _range(node)
    first, *more = [typed(figure, criterion.unit, currency) for figure in figures]
    return row(
        NODE,
        node="condition",
        criterion=node.criterion,
        operator=operator,
        first=first,
        second=more[0] if more else "",
        window=node.window.unit if node.window else "",
        count=str(node.window.count) if node.window else "",
        missing="" if node.missing == criterion.missing else node.missing,
    )


def _range(condition: Condition) -> tuple[str, list[int]]:
    """The operator of :data:`.reading_draft.OPERATORS` and its figures."""
    if condition.around:
        return "around", [condition.around.rate, condition.around.tolerance]
    low, high = condition.low, condition.high
    signs = [("from" if low.closed else "above")] if low else []
    signs += [("to" if high.closed else "below")] if high else []
    return "-".join(signs), [bound.value for bound in (low, high) if bound]
