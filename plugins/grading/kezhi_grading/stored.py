"""Schemes as JSON: the form in which a version is kept and from which its digest is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .conditions import Around, Condition, Tree, Window
from .scheme import (
    Anchor,
    Band,
    Bands,
    Bound,
    Criterion,
    Grade,
    Interpolation,
    NoPoints,
    Population,
    Ranking,
    Rule,
    Scheme,
    Service,
    WorkflowStep,
)


def to_json(scheme: Scheme) -> dict[str, Any]:
    """A scheme as plain JSON values, all figures integers.

    What only threshold rules have stands in their schemes alone, and descriptions of grades where there are some, so
    that the digests of earlier schemes stay.
    """
    rules = {"tests": list(scheme.tests), "rest": scheme.rest} if scheme.is_threshold else {}
    return {
        "key": scheme.key,
        "title": dict(scheme.title),
        "description": dict(scheme.description),
        "method": scheme.method,
        "scale": scheme.scale,
        "population": _population(scheme.population),
        "period_months": scheme.period_months,
        "review_months": scheme.review_months,
        "groups": {key: dict(title) for key, title in scheme.groups.items()},
        "criteria": [_criterion(criterion) for criterion in scheme.criteria],
        "grades": [_grade(grade, scheme.is_threshold) for grade in scheme.grades],
        "steps": [{"title": dict(step.title), "role": step.role} for step in scheme.steps],
        **rules,
    }


def _population(population: Population) -> str | dict[str, list[str]]:
    if population.everybody:
        return "all"
    return {
        "business_types": list(population.business_types),
        "stages": list(population.stages),
        "regions": list(population.regions),
    }


def _grade(grade: Grade, threshold: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"key": grade.key, "title": dict(grade.title), "tone": grade.tone}
    if grade.description is not None:
        found["description"] = dict(grade.description)
    if grade.service is not None:
        found["service"] = {"hours": grade.service.hours, "dedicated": grade.service.dedicated}
    return found | ({"when": grade.when and _node(grade.when)} if threshold else {"bound": _bound(grade.bound)})


def _node(node: Tree | Condition) -> dict[str, Any]:
    if isinstance(node, Tree):
        return {node.kind: [_node(part) for part in node.parts]}
    return {
        "criterion": node.criterion,
        "low": _bound(node.low),
        "high": _bound(node.high),
        "around": [node.around.rate, node.around.tolerance] if node.around else None,
        "window": [node.window.unit, node.window.count] if node.window else None,
        "missing": node.missing,
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "title": dict(criterion.title),
        "group": criterion.group,
        "metric": criterion.metric,
        "unit": criterion.unit,
        "weight": [criterion.weight.numerator, criterion.weight.denominator],
        "missing": criterion.missing,
        "optional": criterion.optional,
        "rule": _rule(criterion.rule),
        **({"effective": True} if criterion.effective else {}),
    }


def _rule(rule: Rule) -> dict[str, Any] | None:
    if isinstance(rule, NoPoints):
        return None
    if isinstance(rule, Bands):
        return {"bands": [{"points": band.points, "bound": _bound(band.bound)} for band in rule.bands]}
    if isinstance(rule, Interpolation):
        return {"anchors": [[anchor.value, anchor.points] for anchor in rule.anchors]}
    return {"ranking": {"points": list(rule.points), "better": rule.better}}


def _bound(bound: Bound | None) -> list[Any] | None:
    return None if bound is None else [bound.value, bound.closed]


def from_json(data: Mapping[str, Any]) -> Scheme:
    """The scheme that :func:`to_json` wrote."""
    return Scheme(
        key=data["key"],
        title=data["title"],
        description=data["description"],
        method=data["method"],
        scale=data["scale"],
        population=_read_population(data["population"]),
        tests=tuple(data.get("tests", ())),
        rest=data.get("rest", ""),
        period_months=data["period_months"],
        review_months=data["review_months"],
        groups=data["groups"],
        criteria=tuple(
            Criterion(
                key=entry["key"],
                title=entry["title"],
                group=entry["group"],
                metric=entry["metric"],
                unit=entry["unit"],
                weight=Fraction(*entry["weight"]),
                missing=entry["missing"],
                optional=entry["optional"],
                effective=entry.get("effective", False),
                rule=_read_rule(entry["rule"]),
            )
            for entry in data["criteria"]
        ),
        grades=tuple(_read_grade(entry) for entry in data["grades"]),
        steps=tuple(WorkflowStep(entry["title"], entry["role"]) for entry in data["steps"]),
    )


def _read_population(data: str | Mapping[str, Any]) -> Population:
    return Population() if isinstance(data, str) else Population(**{name: tuple(keys) for name, keys in data.items()})


def _read_grade(data: Mapping[str, Any]) -> Grade:
    when = data.get("when")
    tree = _read_node(when) if when is not None else None
    bound = _read_bound(data.get("bound"))
    rule = tree if isinstance(tree, Tree) else None
    service = Service(**data["service"]) if data.get("service") else None
    return Grade(data["key"], data["title"], data["tone"], bound, rule, data.get("description"), service)


def _read_node(data: Mapping[str, Any]) -> Tree | Condition:
    if "all" in data:
        return Tree("all", tuple(_read_node(part) for part in data["all"]))
    if "any" in data:
        return Tree("any", tuple(_read_node(part) for part in data["any"]))
    around, window = data["around"], data["window"]
    return Condition(
        criterion=data["criterion"],
        low=_read_bound(data["low"]),
        high=_read_bound(data["high"]),
        around=Around(*around) if around else None,
        window=Window(*window) if window else None,
        missing=data["missing"],
    )


def _read_rule(data: Mapping[str, Any] | None) -> Rule:
    if data is None:
        return NoPoints()
    if "bands" in data:
        return Bands(tuple(Band(entry["points"], _read_bound(entry["bound"])) for entry in data["bands"]))
    if "anchors" in data:
        return Interpolation(tuple(Anchor(value, points) for value, points in data["anchors"]))
    return Ranking(tuple(data["ranking"]["points"]), data["ranking"]["better"])


def _read_bound(data: list[Any] | None) -> Bound | None:
    return None if data is None else Bound(data[0], data[1])


def digest(scheme: Scheme) -> str:
    """SHA-256 of a scheme's content, in hexadecimal."""
    text = json.dumps(to_json(scheme), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
