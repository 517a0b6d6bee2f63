"""Rules as files: what is wrong, where, and what to do; also rules that could never give their grade."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from kezhi_grading.reading import SchemeRefused, read_scheme
from kezhi_grading.scheme import Scheme

pytestmark = pytest.mark.plugins("trade", "grading")
SHIPPED = files("kezhi_grading").joinpath("schemes/abcd-foreign.toml").read_text(encoding="utf-8")
A_ORDERS = '{ criterion = "orders", above = 10000000 }'
B_ORDERS = '{ criterion = "orders", from = 3000000 }'


def problems(source: str) -> list[str]:
    with pytest.raises(SchemeRefused) as refused:
        read_scheme(source, currency="CNY")
    return refused.value.problems


def changed(old: str, new: str) -> str:
    assert old in SHIPPED
    return SHIPPED.replace(old, new)


@pytest.mark.clause("GRD-03")
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (A_ORDERS, '{ criterion = "order", above = 1 }', "grades[1] (A).all[1].criterion: “order” is not listed"),
        (A_ORDERS, '{ criterion = "orders" }', "grades[1] (A).all[1]: say which figures meet it"),
        (A_ORDERS, '{ criterion = "orders", above = 1, from = 1 }', "grades[1] (A).all[1]: say which figures meet it"),
        (A_ORDERS, '{ criterion = "orders", above = "5%" }', "grades[1] (A).all[1].above: “5%”: only a ratio"),
        (A_ORDERS, '{ criterion = "orders", from = 5, to = 4 }', "grades[1] (A).all[1]: no figure lies between"),
        (A_ORDERS, '{ criterion = "orders", above = 5, to = 5 }', "grades[1] (A).all[1]: no figure lies between"),
        (A_ORDERS, '{ criterion = "orders", around = 5 }', "grades[1] (A).all[1].tolerance: is missing"),
        (A_ORDERS, '{ criterion = "orders", above = 5, tolerance = 5 }', "(A).all[1].tolerance: belongs to"),
        (A_ORDERS, '{ criterion = "growth", around = "5%", to = "9%" }', "(A).all[1]: “around” stands"),
        (A_ORDERS, '{ criterion = "growth", around = "5%", tolerance = "-1%" }', "tolerance: write a figure"),
        (A_ORDERS, '{ criterion = "orders", above = 5, years = 0 }', "(A).all[1].years: write an integer from 1"),
        (A_ORDERS, '{ criterion = "orders", above = 5, months = 37 }', "(A).all[1].months: write an integer from"),
        (A_ORDERS, '{ criterion = "orders", above = 5, years = 1, months = 1 }', "(A).all[1]: a condition looks back"),
        (A_ORDERS, '{ criterion = "orders", above = 5, missing = "zero" }', "(A).all[1].missing: “zero” is not known"),
        (A_ORDERS, '{ criterion = "orders", over = 5 }', "grades[1] (A).all[1].over: unknown key"),
        (A_ORDERS, "{ any = [] }", "grades[1] (A).all[1].any: has 0 entries"),
        (A_ORDERS, "{ any = [ { all = [ { any = [ { all = [] } ] } ] } ] }", "more than 4 lists stand in each other"),
        ('rest = "C"', "", "grades[3] (C): say when the grade is given"),
        ('rest = "C"', 'rest = "E"', "rest: there is no grade “E”"),
        ('rest = "C"', 'rest = "B"', "grades[2] (B): the grade of the rest has no rule"),
        ('tests = ["A", "B", "D"]', 'tests = ["A", "B"]', "tests: list every grade but the rest once"),
        ('tests = ["A", "B", "D"]', 'tests = ["A", "B", "B"]', "tests: write a list of different short texts"),
        ('missing = "fails"', 'missing = "lowest"', "criteria[1] (orders).missing: “lowest” is not known"),
        ('missing = "fails"', 'missing = "fails"\nweight = 40', "criteria[1] (orders).weight: unknown key"),
        ('method = "threshold"', 'method = "threshold"\nscale = "normalised"', "scale: unknown key"),
        ('{ business_types = ["外贸"] }', "{ }", "population: list at least one business type"),
        ('{ business_types = ["外贸"] }', '{ towns = ["x"] }', "population.towns: unknown key"),
        ('["外贸"]', '"外贸"', "population.business_types: write a list"),
    ],
)  # fmt: skip
def test_bad_rules_say_where_and_what_to_do(app: Any, old: str, new: str, problem: str) -> None:
    found = problems(changed(old, new))
    assert any(problem in text for text in found), found


@pytest.mark.clause("GRD-03")
def test_every_problem_of_the_rules_is_reported_at_once(app: Any) -> None:
    source = (
        SHIPPED.replace(A_ORDERS, '{ criterion = "order", above = 1 }')
        .replace('{ criterion = "order_count", to = 2 }', '{ criterion = "order_count", to = "many" }')
        .replace('rest = "C"', 'rest = "C"\nlast = "C"')
    )
    assert [problem.split(": ")[0] for problem in problems(source)] == [
        "grades[1] (A).all[1].criterion",
        "grades[4] (D).all[1].any[2].all[1].to",
        "last",
    ]


@pytest.mark.clause("GRD-03")
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        # whoever is an A meets B's lower bounds too, so an A would never be tested
        ('tests = ["A", "B", "D"]', 'tests = ["B", "A", "D"]', ""),
        (A_ORDERS, f'{A_ORDERS}, {{ criterion = "orders", below = 9000000 }}', "exclude each other"),
        (A_ORDERS, '{ criterion = "growth", below = 0, years = 3 }', "grades[1] (A): no customer can meet this rule"),
        (A_ORDERS, '{ any = [ { criterion = "profit_share", to = "5%" } ] }', "grades[1] (A): no customer can meet"),
        ('{ criterion = "growth", from = "0%" }', '{ criterion = "growth", from = "20%", years = 2 }', ""),
    ],
)
def test_rules_that_contradict_themselves_are_refused(app: Any, old: str, new: str, problem: str) -> None:
    source = changed(old, new)
    if not problem:  # not surely without effect: growth of the period is not that of two full years
        assert read_scheme(source, currency="CNY").rest == "C"
        return
    assert any(problem in text for text in problems(source))


@pytest.mark.clause("GRD-03")
def test_a_grade_whose_customers_an_earlier_test_takes_is_refused(app: Any) -> None:
    source = changed('tests = ["A", "B", "D"]', 'tests = ["B", "A", "D"]')
    source = source.replace('{ criterion = "growth", from = "0%" }', '{ criterion = "growth", from = "0%", years = 1 }')
    source = source.replace('{ criterion = "years", from = 2 }', '{ criterion = "peaceful_years", from = 2 }')
    source = source.replace(
        '[[criteria]]\nkey = "years"',
        '[[criteria]]\nkey = "unused"',
    )
    assert "criteria[5] (unused): no condition reads this figure; remove it or use it in a rule" in problems(source)
    start = source.index('[[criteria]]\nkey = "unused"')
    source = source[:start] + source[source.index("[[criteria]]", start + 5) :]
    assert problems(source) == [
        "grades[1] (A): never reached: whoever meets its rule meets that of B, which is tested before it; "
        "change the order in “tests”, or one of the rules"
    ]


@pytest.mark.clause("GRD-03")
def test_the_last_grade_is_the_rest_and_tests_run_down_unless_the_scheme_says_otherwise(app: Any) -> None:
    lines = SHIPPED.replace('tests = ["A", "B", "D"]\n', "").replace('rest = "C"\n', "")
    c, d = lines.index('[[grades]]\nkey = "C"'), lines.index("# The first condition")
    steps = lines.index("[[steps]]")
    scheme: Scheme = read_scheme(lines[:c] + lines[d:steps] + lines[c:d] + lines[steps:], currency="CNY")
    assert scheme.tests == ("A", "B", "D")
    assert scheme.rest == "C"


def test_more_figures_than_a_statement_can_join_are_refused(app: Any) -> None:
    source = changed(A_ORDERS, '{ criterion = "orders", above = 1, months = 36 }')
    source = source.replace('{ criterion = "years", from = 2 }', '{ criterion = "years", from = 2, months = 36 }')
    assert problems(source) == [
        "grades: the rules read 80 figures, counting every year and month; at most 60 can be read"
    ]
