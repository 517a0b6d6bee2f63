"""What the page of a scheme shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from kezhi import can, db, localised
from kezhi.builtin.approvals.roles import role_title
from kezhi.builtin.approvals.services import company_flow
from kezhi.builtin.tasks.services import last_done
from kezhi.builtin.tasks.services.notices import is_there
from kezhi.metrics import all_metrics

from .duties import REVIEW, review_on
from .models import SchemeVersion
from .quantities import for_people
from .scheme import Bands, Criterion, Interpolation, NoPoints, Scheme, plain, weight_text
from .services.approval import KIND
from .services.explanation import words_of_population
from .services.reasons import rule_outline
from .services.schemes import scheme_of
from .words import _


def scheme_page(row: SchemeVersion) -> dict[str, Any]:
    """A scheme's version, readable."""
    scheme = scheme_of(row)
    provided = all_metrics()
    columns = (SchemeVersion.version, SchemeVersion.loaded_at, SchemeVersion.loaded_by, SchemeVersion.reason)
    versions = db.session.execute(
        select(*columns).where(SchemeVersion.key == row.key).order_by(SchemeVersion.version.desc())
    ).all()
    return {
        "row": row,
        "scheme": scheme,
        "versions": versions,
        "criteria": [criterion_row(criterion, row.currency, scheme, provided) for criterion in scheme.criteria],
        "rules": rule_outline(scheme, row.currency),
        "population": words_of_population(scheme.population),
        "grades": [(grade, scheme.interval(grade.key)) for grade in scheme.grades],
        "own_flow": company_flow(KIND),
        "role_titles": {step.role: role_title(step.role) for step in scheme.steps},
        "review_on": _review_on(row),
        "can_run": can("grading.run"),
        "can_load": can("grading.schemes"),
    }


def _review_on(row: SchemeVersion) -> date:
    """The date of the next review; what was said about the last one is known to the tasks."""
    if not is_there():
        return review_on(row)
    return review_on(row, last_done(REVIEW).get(row.key))


def criterion_row(criterion: Criterion, currency: str, scheme: Scheme, provided: Any) -> dict[str, Any]:
    """One criterion in words."""
    weight = weight_text(criterion.weight, scheme.scale)
    metric = provided.get(criterion.metric)
    return {
        "title": localised(criterion.title),
        "group": localised(scheme.groups[criterion.group]) if criterion.group else "",
        "metric": str(metric.title) if metric else criterion.metric,
        "provided": metric is not None,
        "optional": criterion.optional,
        "weight": f"{weight}%" if scheme.scale == "normalised" and weight.isdigit() else weight,
        "rule": rule_words(criterion, currency),
        "missing": {
            "exclude": _("leave out and re-weight"),
            "lowest": _("lowest points"),
            "ungradable": _("not gradable"),
            "fails": _("the condition fails"),
        }[criterion.missing],
    }


def rule_words(criterion: Criterion, currency: str) -> list[str]:
    """How values become points, a line each."""
    rule, unit = criterion.rule, criterion.unit
    if isinstance(rule, Interpolation):
        points = [(for_people(a.value, unit, currency), plain(a.points)) for a in rule.anchors]
        return [_("straight lines between"), *(f"{value} → {earned}" for value, earned in points)]
    if isinstance(rule, Bands):
        lines = [_("below → %(points)s", points=plain(rule.bands[0].points))]
        for band in rule.bands[1:]:
            sign = "≥" if band.bound and band.bound.closed else ">"
            value = for_people(band.bound.value, unit, currency) if band.bound else ""
            lines.append(f"{sign} {value} → {plain(band.points)}")
        return lines
    if isinstance(rule, NoPoints):
        return []
    points = [(str(number), plain(earned)) for number, earned in enumerate(rule.points, 1)]
    order = _("higher is better") if rule.better == "higher" else _("lower is better")
    text = _("rank in %(parts)s equal parts, ties together; %(order)s", parts=len(rule.points), order=order)
    return [text, " · ".join(earned for _place, earned in points)]
