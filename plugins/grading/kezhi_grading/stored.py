"""Schemes as JSON: the form in which a version is kept and from which its digest is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .scheme import (
    Anchor,
    Band,
    Bands,
    Bound,
    Criterion,
    Grade,
    Interpolation,
    Ranking,
    Rule,
    Scheme,
    WorkflowStep,
)


def to_json(scheme: Scheme) -> dict[str, Any]:
    """A scheme as plain JSON values, all figures integers."""
    return {
        "key": scheme.key,
        "title": dict(scheme.title),
        "description": dict(scheme.description),
        "method": scheme.method,
        "scale": scheme.scale,
        "population": scheme.population,
        "period_months": scheme.period_months,
        "review_months": scheme.review_months,
        "groups": {key: dict(title) for key, title in scheme.groups.items()},
        "criteria": [_criterion(criterion) for criterion in scheme.criteria],
        "grades": [
            {"key": grade.key, "title": dict(grade.title), "tone": grade.tone, "bound": _bound(grade.bound)}
            for grade in scheme.grades
        ],
        "steps": [{"title": dict(step.title), "role": step.role} for step in scheme.steps],
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
    }


def _rule(rule: Rule) -> dict[str, Any]:
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
        population=data["population"],
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
                rule=_read_rule(entry["rule"]),
            )
            for entry in data["criteria"]
        ),
        grades=tuple(
            Grade(entry["key"], entry["title"], entry["tone"], _read_bound(entry["bound"])) for entry in data["grades"]
        ),
        steps=tuple(WorkflowStep(entry["title"], entry["role"]) for entry in data["steps"]),
    )


def _read_rule(data: Mapping[str, Any]) -> Rule:
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
