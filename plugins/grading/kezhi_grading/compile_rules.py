"""Threshold rules as SQL (GRD-03): the outcome of every condition, then the first tree that holds.

:mod:`.conditions` and :mod:`.evaluate` say the same in plain Python; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)

from kezhi.figures import sql_int

from .conditions import WHEN_MISSING, Condition, Held, Node, may_be_left_out
from .json_sql import json_array, json_object
from .outcomes import NO_DATA, REST, RULE, UNGRADABLE
from .scheme import Criterion, Scheme

Number = ColumnElement[Any]
Truth = ColumnElement[bool]
ONCE = "MATERIALIZED"


def judged(scheme: Scheme, inputs: CTE, beside: Sequence[str] = ()) -> Select[Any]:
    """One row per customer, in the form of :func:`.compile.scored`; without points, so without a score."""
    tested = _tested(scheme, inputs)
    everything: Any = tested
    decided = select(everything, _place(scheme, tested.c).label("grade_order")).cte("decided").prefix_with(ONCE)
    d = decided.c
    places = {scheme.order(grade.key): grade.key for grade in scheme.grades}
    rules = {place: f"{REST if key == scheme.rest else RULE}{key}" for place, key in places.items()}
    nothing: Number = func.nullif(sql_int(0), sql_int(0))
    return select(
        d.customer_id,
        d.code,
        d.name,
        sql_int(0).label("numerator"),
        sql_int(0).label("denominator"),
        nothing.label("score"),
        case(*((d.grade_order == place, _text(key)) for place, key in places.items()), else_=null()).label("grade"),
        d.grade_order,
        case(
            *_held_back(scheme, d),
            *((d.grade_order == place, _text(rule)) for place, rule in rules.items()),
            else_=_text(NO_DATA),
        ).label("rule"),
        json_object(**{c.key: _line(scheme, c, number, d) for number, c in enumerate(scheme.criteria)}).label(
            "criteria"
        ),
        *(d[name] for name in beside),
    )


def _text(value: str) -> Number:
    return literal(value, Text())


def _number(value: int) -> Number:
    """A constant written into the statement: a scheme may hold more of them than a driver takes parameters."""
    return literal_column(str(value), BigInteger())


def _tested(scheme: Scheme, inputs: CTE) -> CTE:
    """Add ``t0_0, t0_1, …``: the outcome of each distinct condition on each criterion."""
    columns: list[Any] = []
    for number, criterion in enumerate(scheme.criteria):
        for place, condition in enumerate(scheme.conditions_of(criterion.key)):
            values = [inputs.c[name] for name in value_names(number, condition)]
            columns.append(_outcome(condition, values).label(f"t{number}_{place}"))
    return select(inputs, *columns).cte("tested").prefix_with(ONCE)


def value_names(number: int, condition: Condition) -> list[str]:
    """The columns of inputs that a condition on the criterion ``number`` reads, the newest part of a window first."""
    window = condition.window
    return [f"v{number}{window.unit[0]}{place}" for place in range(window.count)] if window else [f"v{number}"]


def _outcome(condition: Condition, values: Sequence[Number]) -> Number:
    outside = or_(*(_outside(condition, value) for value in values))
    missing = or_(*(value.is_(None) for value in values))
    return case(
        (outside, _number(Held.NO)),
        (missing, _number(WHEN_MISSING[condition.missing])),
        else_=_number(Held.YES),
    )


def _outside(condition: Condition, value: Number) -> Truth:
    """Whether a figure is known to miss the range; unknown for NULL."""
    low, high, found = condition.lower, condition.upper, list[Truth]()
    if low is not None:
        found.append(value < _number(low.value) if low.closed else value <= _number(low.value))
    if high is not None:
        found.append(value > _number(high.value) if high.closed else value >= _number(high.value))
    return or_(*found)


def _place(scheme: Scheme, columns: Any) -> Number:
    """The place of the grade whose rule is the first to hold, else that of the rest; NULL without a grade."""
    outcomes = {
        condition: columns[f"t{number}_{place}"]
        for number, criterion in enumerate(scheme.criteria)
        for place, condition in enumerate(scheme.conditions_of(criterion.key))
    }
    held = [(condition, null()) for condition, _rule in _held_back(scheme, columns)]
    nothing_left = and_(*(_left_out(tree, outcomes) for _grade, tree in scheme.rules))
    tests = [(_holds(tree, outcomes), _number(scheme.order(grade.key))) for grade, tree in scheme.rules]
    return case(*held, (nothing_left, null()), *tests, else_=_number(scheme.order(scheme.rest)))


Outcomes = dict[Condition, Number]


def _holds(node: Node, outcomes: Outcomes) -> Truth:
    if isinstance(node, Condition):
        return outcomes[node] == _number(Held.YES)
    held = [_holds(part, outcomes) for part in node.parts]
    if node.kind == "any":
        return or_(*held)
    allowed = [
        or_(holds, _left_out(part, outcomes)) if may_be_left_out(part) else holds
        for part, holds in zip(node.parts, held, strict=True)
    ]
    return and_(*allowed, or_(*held)) if may_be_left_out(node) else and_(*allowed)


def _left_out(node: Node, outcomes: Outcomes) -> Truth:
    if not may_be_left_out(node):
        return false()
    if isinstance(node, Condition):
        return outcomes[node] == _number(Held.OUT)
    return and_(*(_left_out(part, outcomes) for part in node.parts))


def _held_back(scheme: Scheme, columns: Any) -> list[tuple[Truth, Number]]:
    """The conditions under which a missing figure forbids a grade, with the rule that says so."""
    found = []
    for number, criterion in enumerate(scheme.criteria):
        waiting = [
            columns[f"t{number}_{place}"] == _number(Held.UNGRADABLE)
            for place, condition in enumerate(scheme.conditions_of(criterion.key))
            if condition.missing == "ungradable"
        ]
        if waiting:
            found.append((or_(*waiting), _text(f"{UNGRADABLE}{criterion.key}")))
    return found


def _line(scheme: Scheme, criterion: Criterion, number: int, d: Any) -> Number:
    tests = [d[f"t{number}_{place}"] for place in range(len(scheme.conditions_of(criterion.key)))]
    states = ((Held.UNGRADABLE, "ungradable"), (Held.MISSING, "failed"), (Held.OUT, "excluded"))
    missing = [(or_(*(test == _number(code) for test in tests)), _text(state)) for code, state in states]
    fields: dict[str, Number] = {
        "value": d[f"v{number}"],
        "points": func.nullif(sql_int(0), sql_int(0)),
        "missing": case(*missing, else_=null()),
        "given": d[f"g{number}"],
        "tests": json_array(*tests),
    }
    for unit in ("years", "months"):
        count = scheme.parts_read(criterion.key, unit)
        if count:
            fields[unit] = json_array(*(d[f"v{number}{unit[0]}{place}"] for place in range(count)))
    return json_object(**fields)
