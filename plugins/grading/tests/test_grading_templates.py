"""The shipped rule schemes, customer by customer: just under, at and just above every bound."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from kezhi_grading.evaluate import Figures, judge
from kezhi_grading.reading import read_scheme
from kezhi_grading.scheme import Scheme

pytestmark = [pytest.mark.plugins("grading"), pytest.mark.services]
WAN = 10_000 * 100  #: 万元 in minor units
PERCENT = 10_000  #: in the integer form of a ratio


def shipped(key: str) -> Scheme:
    source = files("kezhi_grading").joinpath(f"schemes/{key}.toml").read_text(encoding="utf-8")
    return read_scheme(source, currency="CNY")


def foreign(**changed: Any) -> dict[str, Figures]:
    """A customer who meets every condition of A, by one step; figures named are changed."""
    figures: dict[str, Any] = {
        "orders": 1000 * WAN + 1,
        "growth": 30 * PERCENT,
        "years_of_growth": (20 * PERCENT + 1, 20 * PERCENT + 1),
        "order_count": 40,
        "profit_share": 5 * PERCENT + 1,
        "years": 3,
        "peaceful_years": 3,
        "continuity": 100 * PERCENT,
    } | changed
    growth = Figures(figures.pop("growth"), years=figures.pop("years_of_growth"))
    return {key: Figures(value) for key, value in figures.items()} | {"growth": growth}


#: what makes a customer of D of one that is not A or B
TINY = {"orders": 50 * WAN - 1, "profit_share": 2 * PERCENT}
UNSTABLE = {"continuity": 25 * PERCENT - 1}
NEGLIGIBLE = {"profit_share": PERCENT // 10 - 1}
FEW = {"orders": 299 * WAN, "order_count": 2, "growth": 5 * PERCENT - 1}
FOREIGN = {
    # A: above 1,000 万元, growth above 20 % in both years, share above 5 %, 3 years without a serious dispute
    "A by one step everywhere": (foreign(), "A"),
    "orders at A's bound": (foreign(orders=1000 * WAN), "B"),
    "growth at A's bound last year": (foreign(years_of_growth=(20 * PERCENT, 30 * PERCENT)), "B"),
    "growth at A's bound the year before": (foreign(years_of_growth=(30 * PERCENT, 20 * PERCENT)), "B"),
    "no growth figure for the year before": (foreign(years_of_growth=(30 * PERCENT, None)), "B"),
    "share at A's bound": (foreign(profit_share=5 * PERCENT), "B"),
    "a serious dispute two years ago": (foreign(peaceful_years=2), "B"),
    # B by its lower bounds only: 300 万元, growth 5 % − 5 points, share 1 %, 2 years
    "orders at B's lower bound": (foreign(orders=300 * WAN), "B"),
    "orders under B's lower bound": (foreign(orders=300 * WAN - 1), "C"),
    "growth at the rate less the tolerance": (foreign(orders=300 * WAN, growth=0), "B"),
    "growth under the rate less the tolerance": (foreign(orders=300 * WAN, growth=-1), "C"),
    "much more growth than B's rate is no less": (foreign(orders=300 * WAN, growth=90 * PERCENT), "B"),
    "share at B's lower bound": (foreign(profit_share=PERCENT), "B"),
    "share under B's lower bound": (foreign(profit_share=PERCENT - 1), "C"),
    "two years together": (foreign(peaceful_years=2, years=2), "B"),
    "a year together": (foreign(peaceful_years=1, years=1), "C"),
    # D: tiny, or few orders with slow growth; and one of negligible share, unstable
    "tiny, but neither negligible nor unstable": (foreign(**TINY), "C"),
    "tiny and unstable": (foreign(**TINY, **UNSTABLE), "D"),
    "tiny and negligible": (foreign(**{**TINY, **NEGLIGIBLE}), "D"),
    "orders at D's bound": (foreign(**{**TINY, **UNSTABLE, "orders": 50 * WAN}), "C"),
    "continuity at its bound": (foreign(**TINY, continuity=25 * PERCENT), "C"),
    "share at D's bound": (foreign(**{**TINY, "profit_share": PERCENT // 10}), "C"),
    "few orders with slow growth, unstable": (foreign(**FEW, **UNSTABLE), "D"),
    "few orders with slow growth alone": (foreign(**FEW), "C"),
    "three orders": (foreign(**{**FEW, **UNSTABLE, "order_count": 3}), "C"),
    "growth at B's rate is not slow": (foreign(**{**FEW, **UNSTABLE, "growth": 5 * PERCENT}), "C"),
    "unstable and negligible, but neither tiny nor few": (
        foreign(orders=299 * WAN, **UNSTABLE, **NEGLIGIBLE), "C",
    ),
    "B is tested before D": (foreign(orders=300 * WAN, order_count=2, growth=0, **UNSTABLE), "B"),
    # missing figures fail their conditions: they make nobody better or worse
    "few orders without a growth figure": (foreign(**{**FEW, **UNSTABLE, "growth": None}), "C"),
    "no profit recorded": (foreign(profit_share=None), "C"),
    "never ordered": (
        foreign(orders=0, growth=None, years_of_growth=(None, None), order_count=0, profit_share=None, years=None,
                peaceful_years=None, continuity=0), "D",
    ),
}  # fmt: skip


@pytest.mark.clause("GRD-25", "GRD-03")
def test_foreign_trade_customers_at_every_bound(judged_by_sql: Callable[..., Any]) -> None:
    """A, B by its lower bounds, D when its first condition and one of the other two hold, C is the rest."""
    scheme = shipped("abcd-foreign")
    rows = dict(enumerate((figures for figures, _grade in FOREIGN.values()), 1))

    judged = judged_by_sql(scheme, rows)

    found = {name: judged[number][0] for number, name in enumerate(FOREIGN, 1)}
    assert found == {name: grade for name, (_figures, grade) in FOREIGN.items()}
    assert judged == {number: judge(scheme, row) for number, row in rows.items()}


@pytest.mark.clause("GRD-25")
def test_the_scheme_for_foreign_trade_says_its_order_and_whom_it_grades() -> None:
    scheme = shipped("abcd-foreign")
    assert scheme.tests == ("A", "B", "D")
    assert scheme.rest == "C"
    assert [grade.key for grade in scheme.grades] == ["A", "B", "C", "D"]
    assert scheme.population.business_types == ("外贸",)


def tier(size: int, growth: float | None, loyalty: int | None, importance: float | None) -> dict[str, Figures]:
    """A customer by its order amount in yuan, growth and profit share in per cent, and years together."""

    def ratio(value: float | None) -> Figures:
        return Figures(None if value is None else round(value * PERCENT))

    return {"size": Figures(size * 100), "growth": ratio(growth), "loyalty": Figures(loyalty),
            "importance": ratio(importance)}  # fmt: skip


TIERS = {
    "large, growing, loyal, important": (tier(200_000, 0, 3, 1), "core"),
    "not quite large": (tier(199_999, 0, 3, 1), "key"),
    "shrinking": (tier(200_000, -0.01, 3, 1), "key"),
    "not quite loyal": (tier(200_000, 0, 2, 1), "key"),
    "not quite important": (tier(200_000, 0, 3, 0.9), "key"),
    "importance not recorded": (tier(200_000, 0, 3, None), "core"),
    "growth unknown": (tier(200_000, None, 3, 1), "key"),
    "middling and growing": (tier(50_000, 10, 0, 0), "key"),
    "middling, growing a little less": (tier(50_000, 9.9, 0, 0), "general"),
    "middling and loyal": (tier(50_000, 0, 2, 0), "key"),
    "middling and loyal for less long": (tier(50_000, 0, 1, 0), "general"),
    "middling and important": (tier(50_000, 0, 0, 0.5), "key"),
    "middling and less important": (tier(50_000, 0, 0, 0.4), "general"),
    "small and loyal": (tier(49_999, 0, 9, 0), "general"),
    "small, growing strongly": (tier(49_999, 30, 1, 0), "potential"),
    "small, growing less": (tier(49_999, 29.9, 1, 0), "general"),
    "bought nothing yet": (tier(0, None, None, None), "potential"),
    "bought for a yuan": (tier(1, None, 0, None), "general"),
}


@pytest.mark.clause("GRD-20", "GRD-03", "GRD-06")
def test_four_tiers_by_size_growth_loyalty_and_importance(judged_by_sql: Callable[..., Any]) -> None:
    scheme = shipped("four-tiers")
    assert [grade.key for grade in scheme.grades] == ["core", "key", "general", "potential"]
    rows = dict(enumerate((figures for figures, _grade in TIERS.values()), 1))

    judged = judged_by_sql(scheme, rows)

    found = {name: judged[number][0] for number, name in enumerate(TIERS, 1)}
    assert found == {name: grade for name, (_figures, grade) in TIERS.items()}
    assert judged == {number: judge(scheme, row) for number, row in rows.items()}
