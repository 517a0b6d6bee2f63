"""The SQL of threshold rules says what plain Python says, for any trees and any figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi_grading.conditions import Around, Bound, Condition, Node, Tree, Window, conditions_in
from kezhi_grading.evaluate import Figures, judge
from kezhi_grading.reachable import reach_problems
from kezhi_grading.scheme import THRESHOLD, Criterion, Grade, NoPoints, Scheme, WorkflowStep
from kezhi_grading.stored import digest, from_json, to_json

pytestmark = [pytest.mark.plugins("grading"), pytest.mark.services]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
TITLE = {"zh": "级", "en": "grade"}
#: few values, so that figures meet bounds exactly and trees repeat conditions
small = st.integers(-4, 4)
CRITERIA = ("a", "b", "c")
Row = dict[str, Figures]


@st.composite
def conditions(draw: Any) -> Condition:
    missing = draw(st.sampled_from(["fails", "exclude", "ungradable"]))
    window = draw(st.one_of(st.none(), st.builds(Window, st.sampled_from(["years", "months"]), st.integers(1, 3))))
    key = draw(st.sampled_from(CRITERIA))
    if draw(st.booleans()):
        bounds = draw(st.sampled_from(["low", "high", "both"]))
        low = Bound(draw(small), draw(st.booleans())) if bounds != "high" else None
        high = Bound((low.value if low else 0) + draw(st.integers(1, 4)), draw(st.booleans()))
        return Condition(key, low, None if bounds == "low" else high, None, window, missing)
    return Condition(key, None, None, Around(draw(small), draw(st.integers(0, 3))), window, missing)


def trees(depth: int = 3) -> st.SearchStrategy[Tree]:
    nodes: st.SearchStrategy[Node] = conditions() if depth == 1 else st.one_of(conditions(), trees(depth - 1))
    parts = st.lists(nodes, min_size=1, max_size=2 if depth > 2 else 3).map(tuple)
    return st.builds(Tree, st.sampled_from(["all", "any"]), parts)


@st.composite
def schemes(draw: Any) -> Scheme:
    keys = [f"g{number}" for number in range(draw(st.integers(2, 4)))]
    rest = draw(st.sampled_from(keys))
    tests = tuple(draw(st.permutations([key for key in keys if key != rest])))
    grades = tuple(Grade(key, TITLE, "gray", when=None if key == rest else draw(trees())) for key in keys)
    read = {condition.criterion for grade in grades if grade.when for condition in conditions_in(grade.when)}
    criteria = tuple(
        Criterion(key, TITLE, "m.m", "count", Fraction(0), NoPoints(), "fails") for key in CRITERIA if key in read
    )
    return Scheme(
        key="random", title=TITLE, description=TITLE, scale="normalised", criteria=criteria, grades=grades,
        steps=(WorkflowStep(TITLE, "x"),), groups={}, period_months=12, review_months=12, method=THRESHOLD,
        tests=tests, rest=rest,
    )  # fmt: skip


figure = st.one_of(st.none(), st.integers(-6, 6))


@st.composite
def cases(draw: Any) -> tuple[Scheme, dict[int, Row]]:
    scheme = draw(schemes())

    def figures(key: str) -> Figures:
        parts = [tuple(draw(figure) for _ in range(scheme.parts_read(key, unit))) for unit in ("years", "months")]
        return Figures(draw(figure) if scheme.reads_period(key) else None, *parts)

    count = draw(st.integers(1, 6))
    return scheme, {n: {c.key: figures(c.key) for c in scheme.criteria} for n in range(1, count + 1)}


@pytest.mark.clause("GRD-03", "GRD-06")
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(case=cases())
def test_sql_and_python_agree_on_any_rules(judged_by_sql: Callable[..., Any], case: tuple[Scheme, Any]) -> None:
    scheme, rows = case
    assert judged_by_sql(scheme, rows) == {customer: judge(scheme, row) for customer, row in rows.items()}


@given(scheme=schemes())
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_stored_rules_are_the_rules(scheme: Scheme) -> None:
    assert from_json(to_json(scheme)) == scheme
    assert digest(scheme) != digest(replace(scheme, tests=(*scheme.tests, "other")))


@given(case=cases())
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_a_rule_that_is_said_to_be_never_reached_gives_nobody_its_grade(case: tuple[Scheme, dict[int, Row]]) -> None:
    """What :func:`reach_problems` refuses is really without effect: no figures ever lead there."""
    scheme, rows = case
    refused = {problem.split("(")[1].split(")")[0] for problem in map(str, reach_problems(scheme))}
    assert not refused & {judge(scheme, row)[0] for row in rows.values()}
