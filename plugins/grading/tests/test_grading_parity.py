"""The SQL of a scheme says what plain Python says, for any scheme and any values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, literal, null, select, union_all

from kezhi import db
from kezhi.figures import sql_int
from kezhi_grading.compile import scored
from kezhi_grading.evaluate import Outcome, evaluate
from kezhi_grading.limits import limit_problems
from kezhi_grading.scheme import (
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
from kezhi_grading.stored import from_json, to_json

pytestmark = [pytest.mark.plugins("grading"), pytest.mark.services]
LARGE = 9_000_000_000_000
points = st.integers(0, 100_000)


@st.composite
def rules(draw: Any) -> Rule:
    kind = draw(st.sampled_from(["bands", "anchors", "ranking"]))
    bounds = sorted(draw(st.sets(st.integers(-LARGE, LARGE), min_size=1, max_size=4)))
    if kind == "bands":
        bands = [Band(draw(points), Bound(bound, draw(st.booleans()))) for bound in bounds]
        return Bands((Band(draw(points)), *bands))
    if kind == "anchors":
        values = sorted({*bounds, bounds[-1] + draw(st.integers(1, 10**6))})
        return Interpolation(tuple(Anchor(value, draw(points)) for value in values))
    parts = tuple(draw(st.lists(points, min_size=2, max_size=6)))
    return Ranking(parts, draw(st.sampled_from(["higher", "lower"])))


@st.composite
def schemes(draw: Any) -> Scheme:
    count = draw(st.integers(1, 4))
    normalised = draw(st.booleans())
    raw = [Fraction(draw(st.integers(1, 12)), draw(st.integers(1, 7))) for _ in range(count)]
    weights = [weight / sum(raw) for weight in raw] if normalised else raw
    criteria = tuple(
        Criterion(
            key=f"c{number}",
            title={"zh": "项", "en": "item"},
            metric="m.m",
            unit="count",
            weight=weight,
            rule=draw(rules()),
            missing=draw(st.sampled_from(["exclude", "lowest", "ungradable"])),
        )
        for number, weight in enumerate(weights)
    )
    cuts = sorted(draw(st.sets(st.integers(0, 100_000), min_size=1, max_size=4)), reverse=True)
    title = {"zh": "级", "en": "grade"}
    grades = [Grade(f"g{cut}", title, "gray", Bound(cut, draw(st.booleans()))) for cut in cuts]
    return Scheme(
        key="random", title=title, description=title, scale="normalised" if normalised else "weighted-sum",
        criteria=criteria, grades=(*grades, Grade("rest", title, "gray")), steps=(WorkflowStep(title, "x"),),
        groups={}, period_months=12, review_months=12,
    )  # fmt: skip


def edges(scheme: Scheme) -> list[list[int | None]]:
    """Values of each criterion that matter: each bound, one to either side, and none."""
    found: list[list[int | None]] = []
    for criterion in scheme.criteria:
        rule = criterion.rule
        bounds = [0]
        if isinstance(rule, Bands):
            bounds += [band.bound.value for band in rule.bands if band.bound]
        elif isinstance(rule, Interpolation):
            bounds += [anchor.value for anchor in rule.anchors]
        found.append([None, *(bound + step for bound in bounds for step in (-1, 0, 1))])
    return found


@st.composite
def cases(draw: Any) -> tuple[Scheme, dict[int, list[int | None]]]:
    scheme = draw(schemes())
    columns = [st.one_of(st.sampled_from(values), st.integers(-LARGE, LARGE)) for values in edges(scheme)]
    rows = draw(st.lists(st.tuples(*columns), min_size=1, max_size=8))
    return scheme, {number: list(row) for number, row in enumerate(rows, 1)}


def by_sql(scheme: Scheme, values: dict[int, Sequence[int | None]]) -> dict[int, Outcome]:
    rows = []
    for customer, row in values.items():
        columns: list[Any] = [
            sql_int(customer).label("customer_id"), literal("", Text()).label("code"), literal("", Text()).label("name")
        ]  # fmt: skip
        for number, value in enumerate(row):
            # a column of NULLs alone has no type on PostgreSQL
            figure = sql_int(0) + (null() if value is None else sql_int(value))
            columns += [figure.label(f"v{number}"), sql_int(1).label(f"g{number}")]
        rows.append(select(*columns))
    inputs = (union_all(*rows) if len(rows) > 1 else rows[0]).cte("inputs")
    found = {}
    for row in db.session.execute(scored(scheme, inputs)):
        shown = tuple(row.criteria[criterion.key]["points"] for criterion in scheme.criteria)
        found[row.customer_id] = Outcome(shown, row.score, row.grade, row.rule)
    return found


@pytest.mark.clause("GRD-02", "GRD-06")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_sql_and_python_agree(app: Any, case: tuple[Scheme, dict[int, list[int | None]]]) -> None:
    scheme, values = case
    if limit_problems(scheme):
        return
    assert by_sql(scheme, values) == evaluate(scheme, values)
    db.session.rollback()


@given(scheme=schemes())
@settings(max_examples=50)
def test_a_stored_scheme_is_the_scheme(scheme: Scheme) -> None:
    assert from_json(to_json(scheme)) == scheme
