"""Why the rules of a scheme gave a customer its grade: every condition with the figures that were stored (GRD-03).

The outcomes are those that the run stored and that were signed; nothing is judged again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from kezhi import localised
from kezhi.contributions import Period

from ..conditions import Condition, Held, Node, State, state_of
from ..models import Result, Run
from ..outcomes import REST, RULE
from ..quantities import for_people, for_programs
from ..scheme import Criterion, Grade, Scheme
from ..spans import last_months, last_years
from ..words import _

GradeState = Literal["fired", "failed", "excluded", "unreached", "rest", "unneeded"]
MISSING: dict[Held, str] = {Held.MISSING: "failed", Held.OUT: "excluded", Held.UNGRADABLE: "ungradable"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure over ``start`` to ``end``, both included; None is missing."""

    start: date
    end: date
    value: int | None


@dataclass(frozen=True, slots=True)
class ConditionReason:
    """A condition, the figures it read (the newest first), and what came of it."""

    condition: Condition
    criterion: Criterion
    readings: tuple[Reading, ...]
    state: State
    missing: str | None  #: failed, excluded or ungradable when a missing figure decided


@dataclass(frozen=True, slots=True)
class TreeReason:
    """All or any of its parts."""

    kind: Literal["all", "any"]
    parts: tuple[TreeReason | ConditionReason, ...]
    state: State


@dataclass(frozen=True, slots=True)
class GradeReason:
    """A grade in the order of the tests: its rule was met first (``fired``), not met, left out, not reached any more
    (``unreached``), or the grade is the one for the rest (``unneeded`` when another was given)."""

    grade: Grade
    state: GradeState
    tree: TreeReason | None


def reasons_of(run: Run, scheme: Scheme, result: Result) -> tuple[GradeReason, ...]:
    """Every grade in the order of the tests, the rest last; nothing for a score card."""
    if not scheme.is_threshold:
        return ()
    outcomes = {
        condition: Held(code)
        for criterion in scheme.criteria
        for condition, code in zip(
            scheme.conditions_of(criterion.key), result.criteria[criterion.key]["tests"], strict=True
        )
    }
    found, decided = [], not result.rule.startswith((RULE, REST))
    for grade, tree in scheme.rules:
        reason: Any = _reason(run, scheme, result, tree, outcomes)
        fired = not decided and result.rule == f"{RULE}{grade.key}"
        state: GradeState = "fired" if fired else "unreached" if decided and result.grade else _not_met(reason.state)
        decided = decided or fired
        found.append(GradeReason(grade, state, reason))
    rest = scheme.grade(scheme.rest)
    if rest is not None:
        found.append(GradeReason(rest, "rest" if result.rule.startswith(REST) else "unneeded", None))
    return tuple(found)


def _not_met(state: State) -> GradeState:
    return "excluded" if state == "excluded" else "failed"


def _reason(
    run: Run, scheme: Scheme, result: Result, node: Node, outcomes: dict[Condition, Held]
) -> TreeReason | ConditionReason:
    state = state_of(node, outcomes.__getitem__)
    if isinstance(node, Condition):
        criterion = next(c for c in scheme.criteria if c.key == node.criterion)
        readings = _readings(run, result.criteria[criterion.key], node, criterion.effective)
        return ConditionReason(node, criterion, readings, state, MISSING.get(outcomes[node]))
    parts = tuple(_reason(run, scheme, result, part, outcomes) for part in node.parts)
    return TreeReason(node.kind, parts, state)


def _readings(run: Run, entry: Any, condition: Condition, effective: bool) -> tuple[Reading, ...]:
    window = condition.window
    if window is None:
        if effective:
            return (Reading(run.read_on, run.read_on, entry["value"]),)
        return (Reading(run.period_start, run.period_end, entry["value"]),)
    spans = (last_years if window.unit == "years" else last_months)(run.period_end, window.count)
    return tuple(_reading(span, entry[window.unit][place]) for place, span in enumerate(spans))


def _reading(span: Period, value: int | None) -> Reading:
    return Reading(span.start, span.end, value)


# ── in words ────────────────────────────────────────────────────────────────────────────────────────────────────


def condition_words(criterion: Criterion, condition: Condition, currency: str) -> str:
    """A condition as a sentence without its end: ``Growth > 20.0% in each of the last 2 full years``."""
    text = f"{localised(criterion.title)} {range_words(condition, criterion, currency)}"
    window = condition.window
    if window is None:
        return text
    if window.unit == "years":
        if window.count == 1:
            return _("%(condition)s in the last full year", condition=text)
        return _("%(condition)s in each of the last %(count)s full years", condition=text, count=window.count)
    if window.count == 1:
        return _("%(condition)s in the last full month", condition=text)
    return _("%(condition)s in each of the last %(count)s full months", condition=text, count=window.count)


def range_words(condition: Condition, criterion: Criterion, currency: str) -> str:
    """Which figures meet a condition: ``> 20.0%``, ``≥ 3 and ≤ 5``, ``20.0% ± 5.0%``."""

    def shown(value: int) -> str:
        return for_people(value, criterion.unit, currency)

    if condition.around is not None:
        return f"{shown(condition.around.rate)} ± {shown(condition.around.tolerance)}"
    low, high = condition.low, condition.high
    lower = f"{'≥' if low.closed else '>'} {shown(low.value)}" if low else ""
    upper = f"{'≤' if high.closed else '<'} {shown(high.value)}" if high else ""
    if low and high and low == high:
        return f"= {shown(low.value)}"
    return _("%(lower)s and %(upper)s", lower=lower, upper=upper) if lower and upper else lower or upper


def readings_words(reason: ConditionReason, currency: str) -> str:
    """The figures that a condition read: ``31.0%``, or ``2025: 31.0%; 2024: 12.0%``."""
    unit, window = reason.criterion.unit, reason.condition.window
    values = [for_people(reading.value, unit, currency) for reading in reason.readings]
    if window is None:
        return values[0]
    marks = [f"{r.start:%Y}" if window.unit == "years" else f"{r.start:%Y-%m}" for r in reason.readings]
    return "; ".join(f"{mark}: {value}" for mark, value in zip(marks, values, strict=True))


def state_words(reason: GradeReason) -> str:
    """What became of a grade's test."""
    return {
        "fired": _("conditions met: this is the grade"),
        "failed": _("not met"),
        "excluded": _("left out: no figure"),
        "unreached": _("not needed: an earlier rule was met"),
        "rest": _("no rule was met: this is the grade"),
        "unneeded": _("not needed: a rule was met"),
    }[reason.state]


def missing_words(missing: str | None) -> str:
    """What a missing figure did to a condition."""
    return {
        None: "",
        "failed": _("no figure; not met"),
        "excluded": _("no figure; left out"),
        "ungradable": _("no figure; cannot be graded"),
    }[missing]


def reason_rows(reasons: tuple[GradeReason, ...], currency: str) -> list[dict[str, Any]]:
    """The reasons for pages and documents: per grade a flat list of rows with their depth."""
    return [
        {
            "key": reason.grade.key,
            "title": localised(reason.grade.title),
            "tone": reason.grade.tone,
            "state": reason.state,
            "state_words": state_words(reason),
            "rows": _rows(reason.tree, 0, currency) if reason.tree else [],
        }
        for reason in reasons
    ]


def _rows(reason: TreeReason | ConditionReason, depth: int, currency: str) -> list[dict[str, Any]]:
    if isinstance(reason, ConditionReason):
        text = condition_words(reason.criterion, reason.condition, currency)
        values, note = readings_words(reason, currency), missing_words(reason.missing)
        return [{"depth": depth, "kind": "condition", "state": reason.state, "text": text, "figures": values,
                 "note": note}]  # fmt: skip
    head = {"depth": depth, "kind": reason.kind, "state": reason.state, "text": kind_words(reason.kind), "figures": "",
            "note": ""}  # fmt: skip
    return [head, *(row for part in reason.parts for row in _rows(part, depth + 1, currency))]


def rule_outline(scheme: Scheme, currency: str) -> list[dict[str, Any]]:
    """The rules of a scheme in the order of their tests, the rest last with an empty list of rows."""
    criteria = {criterion.key: criterion for criterion in scheme.criteria}
    found = [(grade, _outline(tree, 0, criteria, currency)) for grade, tree in scheme.rules]
    rest = scheme.grade(scheme.rest)
    return [{"grade": grade, "rows": rows} for grade, rows in [*found, *([(rest, [])] if rest else [])]]


def _outline(node: Node, depth: int, criteria: dict[str, Criterion], currency: str) -> list[dict[str, Any]]:
    if isinstance(node, Condition):
        text = condition_words(criteria[node.criterion], node, currency)
        return [{"depth": depth, "kind": "condition", "text": text, "missing": treatment_words(node.missing)}]
    head = {"depth": depth, "kind": node.kind, "text": kind_words(node.kind), "missing": ""}
    return [head, *(row for part in node.parts for row in _outline(part, depth + 1, criteria, currency))]


def treatment_words(missing: str) -> str:
    """What a missing figure is to do to a condition."""
    return {"fails": _("the condition fails"), "exclude": _("left out"), "ungradable": _("not gradable")}[missing]


def kind_words(kind: str) -> str:
    return _("all of these") if kind == "all" else _("any of these")


# ── for programs ────────────────────────────────────────────────────────────────────────────────────────────────


def reason_documents(reasons: tuple[GradeReason, ...], currency: str) -> list[dict[str, Any]]:
    """The reasons as ``kezhi grading explain --json`` prints them."""
    return [
        {"grade": reason.grade.key, "state": reason.state, "when": _document(reason.tree, currency)}
        for reason in reasons
    ]


def _document(reason: TreeReason | ConditionReason | None, currency: str) -> dict[str, Any] | None:
    if reason is None:
        return None
    if isinstance(reason, TreeReason):
        return {reason.kind: [_document(part, currency) for part in reason.parts], "state": reason.state}
    unit = reason.criterion.unit
    return {
        "criterion": reason.criterion.key,
        "condition": condition_words(reason.criterion, reason.condition, currency),
        "state": reason.state,
        "missing": reason.missing,
        "values": [
            {"from": r.start.isoformat(), "to": r.end.isoformat(), "value": for_programs(r.value, unit, currency)}
            for r in reason.readings
        ],
    }
