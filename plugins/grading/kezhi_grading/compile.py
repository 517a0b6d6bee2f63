"""A scheme as SQL: the figures of all customers, their points, scores and grades in one statement.

Points are thousandths, Σ points · weight and Σ weight are integers, and the grade is cut by multiplying across before
anything is divided. Threshold rules are :mod:`.compile_rules`; the figures of both kinds are read here.
:mod:`.evaluate` says the same in plain Python; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)

from kezhi import clock
from kezhi.builtin.customers.models import Customer
from kezhi.contributions import Metric, Period
from kezhi.figures import sql_divide, sql_int

from .compile_rules import judged
from .json_sql import json_integer, json_object
from .models import Result
from .outcomes import NO_DATA, UNGRADABLE
from .scheme import Bands, Bound, Criterion, Interpolation, NoPoints, Ranking, Scheme
from .spans import spans_of

Number = ColumnElement[Any]
customers = Customer.__table__

#: each step is computed once: folded into the next, its expressions would be repeated wherever they are named
ONCE = "MATERIALIZED"


def population(scheme: Scheme) -> Select[Any]:
    """The ids of the customers that a scheme grades (GRD-01)."""
    wanted = scheme.population
    lists = (
        (customers.c.business_type, wanted.business_types),
        (customers.c.stage, wanted.stages),
        (customers.c.region, wanted.regions),
    )
    return select(customers.c.id).where(*(column.in_(keys) for column, keys in lists if keys))


def inputs_from_metrics(
    scheme: Scheme,
    metrics: Mapping[str, Metric],
    period: Period,
    *,
    day: date | None = None,
    only: int | None = None,
    beside: Mapping[str, Metric] | None = None,
) -> CTE:
    """``customer_id, code, name``, and per criterion ``v0`` its value over the run's period, ``v0y0, v0m0, …`` those
    over the last full years and months that a rule reads, ``g0`` 1 where its metric had a row.

    ``day`` is that on which the grades take effect, for the criteria that are read then (today without it).
    Criteria whose metric is not in ``metrics`` are missing for everybody. ``only`` leaves one customer's row; figures
    that relate to everybody still relate to the whole population. ``beside`` are further figures over the period by
    the name of their column: joined here, where every figure meets the customers by an index.
    """
    people = population(scheme)
    source: Any = customers
    day = day or clock.today()
    joined: dict[tuple[str, Period], Number] = {}
    columns: list[Any] = [
        customers.c.id.label("customer_id"),
        func.coalesce(customers.c.code, customers.c.prospect_number, literal("", Text())).label("code"),
        customers.c.name.label("name"),
    ]

    def figure_of(metric: Metric, span: Period) -> Number:
        nonlocal source
        if (metric.key, span) not in joined:
            figure = metric.select(span, people).cte(f"metric_{len(joined)}")
            source = source.outerjoin(figure, figure.c.customer_id == customers.c.id)
            joined[metric.key, span] = figure.c.value
        return joined[metric.key, span]

    for number, criterion in enumerate(scheme.criteria):
        metric = metrics.get(criterion.metric)
        figures: list[Number] = []
        for span in spans_of(scheme, criterion, period, day):
            name = f"v{number}{span.name}"
            if metric is None:
                columns.append(_nothing().label(name))
                continue
            figures.append(figure_of(metric, span.period))
            columns.append(_wide(figures[-1], metric).label(name))
        if not scheme.reads_period(criterion.key):
            columns.append(_nothing().label(f"v{number}"))
        given: Number = case((or_(*(f.is_not(None) for f in figures)), 1), else_=0) if figures else sql_int(0)
        columns.append(given.label(f"g{number}"))
    for name, metric in (beside or {}).items():
        columns.append(_wide(figure_of(metric, period), metric).label(name))
    rows = select(*columns).select_from(source).where(customers.c.id.in_(people))
    if only is not None:
        rows = rows.where(customers.c.id == only)
    return rows.cte("inputs").prefix_with(ONCE)


def _nothing() -> Number:
    """NULL as a 64-bit integer."""
    return func.nullif(sql_int(0), sql_int(0))


def _wide(figure: Number, metric: Metric) -> Number:
    wide = figure + sql_int(0)  # 64 bits, whatever the metric counts in
    return func.coalesce(wide, sql_int(0)) if metric.no_rows == "zero" else wide


def inputs_from_results(scheme: Scheme, run_id: int) -> CTE:
    """The same columns from what a run stored (GRD-07)."""
    stored: Any = Result.__table__
    columns: list[Any] = [stored.c.customer_id, stored.c.code, stored.c.name]
    for number, criterion in enumerate(scheme.criteria):
        for letter, field in (("v", "value"), ("g", "given")):
            columns.append(json_integer(stored.c.criteria, criterion.key, field).label(f"{letter}{number}"))
        for unit in ("years", "months"):
            for place in range(scheme.parts_read(criterion.key, unit)):
                value = json_integer(stored.c.criteria, criterion.key, unit, place)
                columns.append(value.label(f"v{number}{unit[0]}{place}"))
    return select(*columns).where(stored.c.run_id == run_id).cte("inputs").prefix_with(ONCE)


def scored(scheme: Scheme, inputs: CTE, beside: Sequence[str] = ()) -> Select[Any]:
    """One row per customer: ``customer_id, code, name, numerator, denominator, score, grade, grade_order, rule,
    criteria`` in the form of :class:`.models.Result`, then the columns ``beside`` of the inputs."""
    if scheme.is_threshold:
        return judged(scheme, inputs, beside)
    pointed = _pointed(scheme, _ranked(scheme, inputs))
    summed = _summed(scheme, pointed)
    s = summed.c
    held = _held_back(scheme, s)
    outcomes = [(_reaches(g.bound, s), number) for number, g in enumerate(scheme.grades, 1) if g.bound]
    order = case(*_when(held, null()), *outcomes, else_=len(scheme.grades))
    keys = {number: grade.key for number, grade in enumerate(scheme.grades, 1)}
    everything: Any = s
    graded = select(everything, order.label("grade_order")).cte("graded")
    g = graded.c
    held = _held_back(scheme, g)
    return select(
        g.customer_id,
        g.code,
        g.name,
        g.numerator,
        g.denominator,
        case(*_when(held, null()), else_=sql_divide(g.numerator, g.denominator)).label("score"),
        case(*((g.grade_order == number, _text(key)) for number, key in keys.items()), else_=null()).label("grade"),
        g.grade_order,
        case(
            *held,
            *((g.grade_order == number, _text(scheme.interval(key))) for number, key in keys.items()),
            else_=_text(NO_DATA),
        ).label("rule"),
        json_object(**{c.key: _line(c, number, g) for number, c in enumerate(scheme.criteria)}).label("criteria"),
        *(g[name] for name in beside),
    )


def _text(value: str) -> Number:
    return literal(value, Text())


def _number(value: int) -> Number:
    """A constant written into the statement: a scheme may hold more of them than a driver takes parameters."""
    return literal_column(str(value), BigInteger())


def _when(conditions: list[tuple[ColumnElement[bool], Number]], value: Any) -> list[Any]:
    return [(condition, value) for condition, _rule in conditions]


def _ranked(scheme: Scheme, inputs: CTE) -> CTE:
    """Add ``place`` (1 for the worst, ties alike) and ``count`` of the customers with a value."""
    columns: list[Any] = []
    for number, criterion in enumerate(scheme.criteria):
        if isinstance(criterion.rule, Ranking):
            value = inputs.c[f"v{number}"]
            worst_first = value.asc() if criterion.rule.better == "higher" else value.desc()
            place = func.rank().over(partition_by=case((value.is_(None), 1), else_=0), order_by=worst_first)
            columns += [place.label(f"place{number}"), func.count(value).over().label(f"count{number}")]
    return select(inputs, *columns).cte("ranked").prefix_with(ONCE) if columns else inputs


def _pointed(scheme: Scheme, inputs: CTE) -> CTE:
    """Add ``p0, p1, …``: the points of each criterion, NULL when it does not count."""
    columns: list[Any] = [_points(c, number, inputs).label(f"p{number}") for number, c in enumerate(scheme.criteria)]
    return select(inputs, *columns).cte("pointed").prefix_with(ONCE)


def _points(criterion: Criterion, number: int, inputs: CTE) -> Number:
    value, rule = inputs.c[f"v{number}"], criterion.rule
    absent = (value.is_(None), _number(criterion.lowest) if criterion.missing == "lowest" else null())
    if isinstance(rule, Bands):
        steps = [(_from(value, band.bound), _number(band.points)) for band in reversed(rule.bands) if band.bound]
        return case(absent, *steps, else_=_number(rule.bands[0].points))
    if isinstance(rule, Interpolation):
        return case(absent, *_lines(rule, value), else_=_number(rule.anchors[-1].points))
    assert not isinstance(rule, NoPoints), "threshold rules give no points"
    parts = len(rule.points)
    reached = (inputs.c[f"place{number}"] - sql_int(1)) * sql_int(parts) if parts > 1 else sql_int(0)
    tops = [
        (reached >= _number(part) * inputs.c[f"count{number}"], _number(rule.points[part]))
        for part in range(parts - 1, 0, -1)
    ]
    return case(absent, *tops, else_=_number(rule.points[0]))


def _from(value: Number, bound: Bound) -> ColumnElement[bool]:
    return value >= _number(bound.value) if bound.closed else value > _number(bound.value)


def _lines(rule: Interpolation, value: Number) -> list[Any]:
    first = rule.anchors[0]
    found: list[Any] = [(value <= _number(first.value), _number(first.points))]
    for low, high in zip(rule.anchors, rule.anchors[1:], strict=False):
        rise = (value - _number(low.value)) * _number(high.points - low.points)
        points = _number(low.points) + sql_divide(rise, _number(high.value - low.value))
        found.append((value <= _number(high.value), points))
    return found


def _summed(scheme: Scheme, pointed: CTE) -> CTE:
    top, bottom = sql_int(0), sql_int(0)
    for number, weight in enumerate(scheme.weights):
        points = pointed.c[f"p{number}"]
        top = top + func.coalesce(points, sql_int(0)) * sql_int(weight)
        bottom = bottom + case((points.is_(None), sql_int(0)), else_=sql_int(weight))
    factor = scheme.factor
    return (
        select(
            pointed,
            (top * sql_int(factor.numerator)).label("numerator"),
            (bottom * sql_int(factor.denominator)).label("denominator"),
        )
        .cte("summed")
        .prefix_with(ONCE)
    )


def _held_back(scheme: Scheme, columns: Any) -> list[tuple[ColumnElement[bool], Number]]:
    """The conditions under which there is no grade, with the rule that says so."""
    found = [
        (columns[f"v{number}"].is_(None), _text(f"{UNGRADABLE}{criterion.key}"))
        for number, criterion in enumerate(scheme.criteria)
        if criterion.missing == "ungradable"
    ]
    return [*found, (columns.denominator == sql_int(0), _text(NO_DATA))]


def _reaches(bound: Bound, s: Any) -> Any:
    """Whether Σ points · weight reaches the cut-off · Σ weight."""
    cut = sql_int(bound.value) * s.denominator
    return s.numerator >= cut if bound.closed else s.numerator > cut


def _line(criterion: Criterion, number: int, g: Any) -> Number:
    state = {"exclude": "excluded", "lowest": "lowest", "ungradable": "ungradable"}[criterion.missing]
    value = g[f"v{number}"]
    return json_object(
        value=value,
        points=g[f"p{number}"],
        missing=case((value.is_(None), _text(state)), else_=null()),
        given=g[f"g{number}"],
    )


def differences(scheme: Scheme, run_id: int) -> Select[Any]:
    """How many stored results a recomputation from the stored values gives otherwise (GRD-07)."""
    stored: Any = Result.__table__
    again = scored(scheme, inputs_from_results(scheme, run_id)).cte("again")
    names = ("numerator", "denominator", "score", "grade", "grade_order", "rule", "criteria")
    other = or_(*(stored.c[name].is_distinct_from(again.c[name]) for name in names))
    joined = stored.join(again, and_(stored.c.run_id == run_id, stored.c.customer_id == again.c.customer_id))
    return select(func.count()).select_from(joined).where(other)
