"""A scheme becomes the fields of a form and the fields the same scheme; what is typed wrong is said where it stands."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kezhi_grading.conditions import Around, Bound, Condition, Node, Tree, Window, conditions_in
from kezhi_grading.editor.figures import weight_read, weight_typed, written
from kezhi_grading.editor.opening import draft_of_scheme
from kezhi_grading.editor.reading_draft import Errors, tables_of_draft
from kezhi_grading.editor.shape import draft_of_form, fields_of
from kezhi_grading.quantities import UNITS, read_quantity
from kezhi_grading.reading import SchemeRefused, read_scheme, scheme_of_tables
from kezhi_grading.scheme import (
    THRESHOLD,
    Anchor,
    Band,
    Bands,
    Criterion,
    Grade,
    Interpolation,
    NoPoints,
    Population,
    Ranking,
    Scheme,
    WorkflowStep,
)
from kezhi_grading.services.schemes import SHIPPED
from kezhi_grading.toml_text import toml_of

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
FILES = {
    key: files("kezhi_grading").joinpath(f"schemes/{key}.toml").read_text(encoding="utf-8") for key in SHIPPED
}  # fmt: skip


def through_the_form(scheme: Scheme, currency: str = "CNY") -> Scheme:
    """The scheme that its own form sends back."""
    draft = draft_of_scheme(scheme, currency)
    sent = list(fields_of(draft))
    assert draft_of_form(reversed(sent) if not any(draft[n] for n in ("business_types", "stages")) else sent) == draft
    errors = Errors()
    found = scheme_of_tables(tables_of_draft(draft, errors, {}), currency=currency)
    assert errors.found == {}
    return found


# ── any scheme ──────────────────────────────────────────────────────────────────────────────────────────────────

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
titles = st.fixed_dictionaries({"zh": words, "en": words})
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
points = st.integers(0, 100_000)
units = st.sampled_from([unit for unit in UNITS if unit != "date"])
figures = st.integers(-4, 10**9)


@st.composite
def rules(draw: Any) -> Any:
    values = sorted(draw(st.sets(figures, min_size=2, max_size=4)))
    kind = draw(st.sampled_from(["bands", "anchors", "ranking"]))
    if kind == "bands":
        return Bands((Band(draw(points)), *(Band(draw(points), Bound(v, draw(st.booleans()))) for v in values)))
    if kind == "anchors":
        return Interpolation(tuple(Anchor(value, draw(points)) for value in values))
    return Ranking(tuple(draw(st.lists(points, min_size=2, max_size=5))), draw(st.sampled_from(["higher", "lower"])))


@st.composite
def heads(draw: Any) -> dict[str, Any]:
    lists = [tuple(draw(st.lists(words, max_size=2, unique=True))) for _ in range(3)]
    return {
        "key": draw(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)), "title": draw(titles),
        "description": draw(st.one_of(st.just({"zh": "", "en": ""}), titles)), "population": Population(*lists),
        "period_months": draw(st.integers(1, 120)), "review_months": draw(st.integers(1, 120)),
        "groups": draw(st.dictionaries(keys, titles, max_size=3)),
        "steps": tuple(WorkflowStep(draw(titles), "general-manager") for _ in range(draw(st.integers(1, 3)))),
    }  # fmt: skip


@st.composite
def grade_heads(draw: Any) -> list[dict[str, Any]]:
    letters = st.sampled_from(["A", "B", "C", "D", "核心", "A+", "重点"])
    found = draw(st.lists(letters, min_size=2, max_size=4, unique=True))
    return [
        {"key": key, "title": draw(titles), "tone": draw(st.sampled_from(["green", "gray"])),
         "description": draw(st.one_of(st.none(), titles))}
        for key in found
    ]  # fmt: skip


@st.composite
def score_cards(draw: Any) -> Scheme:
    head, names = draw(heads()), draw(st.lists(keys, min_size=1, max_size=4, unique=True))
    normalised = draw(st.booleans())
    cuts = sorted(draw(st.lists(st.integers(1, 1000), min_size=len(names), max_size=len(names))))
    weights = [Fraction(cut, sum(cuts) if normalised else draw(st.sampled_from([1, 2, 3, 100]))) for cut in cuts]
    criteria = tuple(
        Criterion(
            key=key, title=draw(titles), metric="other.figure", unit=draw(units), weight=weight, rule=draw(rules()),
            missing=draw(st.sampled_from(["exclude", "lowest", "ungradable"])), optional=draw(st.booleans()),
            group=draw(st.sampled_from([None, *head["groups"]])),
        )
        for key, weight in zip(names, weights, strict=True)
    )  # fmt: skip
    grades = draw(grade_heads())
    bounds = sorted(draw(st.sets(points, min_size=len(grades) - 1, max_size=len(grades) - 1)), reverse=True)
    cut_off = [Bound(bound, draw(st.booleans())) for bound in bounds]
    return Scheme(
        **head, scale="normalised" if normalised else "weighted-sum", criteria=criteria,
        grades=tuple(Grade(**grade, bound=bound) for grade, bound in zip(grades, [*cut_off, None], strict=True)),
    )  # fmt: skip


@st.composite
def conditions(draw: Any) -> Condition:
    window = draw(st.one_of(st.none(), st.builds(Window, st.sampled_from(["years", "months"]), st.integers(1, 3))))
    missing, key = draw(st.sampled_from(["fails", "exclude", "ungradable"])), draw(st.sampled_from("abc"))
    kind, value = draw(st.sampled_from(["low", "high", "both", "around"])), draw(figures)
    if kind == "around":
        return Condition(key, None, None, Around(value, draw(st.integers(0, 50))), window, missing)
    low = Bound(value, draw(st.booleans())) if kind != "high" else None
    high = Bound(value + draw(st.integers(1, 9)), draw(st.booleans())) if kind != "low" else None
    return Condition(key, low, high, None, window, missing)


def trees(depth: int = 3) -> st.SearchStrategy[Tree]:
    nodes: st.SearchStrategy[Node] = conditions() if depth == 1 else st.one_of(conditions(), trees(depth - 1))
    return st.builds(Tree, st.sampled_from(["all", "any"]), st.lists(nodes, min_size=1, max_size=3).map(tuple))


@st.composite
def threshold_rules(draw: Any) -> Scheme:
    head, grades = draw(heads()), draw(grade_heads())
    rest = draw(st.sampled_from([grade["key"] for grade in grades]))
    ruled = {grade["key"]: draw(trees()) for grade in grades if grade["key"] != rest}
    read = {condition.criterion for tree in ruled.values() for condition in conditions_in(tree)}
    criteria = tuple(
        Criterion(
            key=key, title=draw(titles), metric="other.figure", unit=draw(units), weight=Fraction(0), rule=NoPoints(),
            missing=draw(st.sampled_from(["fails", "exclude", "ungradable"])), optional=True,
            group=draw(st.sampled_from([None, *head["groups"]])),
        )
        for key in "abc" if key in read
    )  # fmt: skip
    return Scheme(
        **head, scale="normalised", method=THRESHOLD, criteria=criteria, rest=rest,
        grades=tuple(Grade(**grade, when=ruled.get(grade["key"])) for grade in grades),
        tests=tuple(draw(st.permutations(list(ruled)))),
    )  # fmt: skip


def _refused(tables: dict[str, Any], currency: str) -> bool:
    try:
        scheme_of_tables(tables, currency=currency)
    except SchemeRefused as refused:
        allowed = ("can meet this rule", "never reached", "too far apart", "too fine", "no score reaches")
        unexpected = [problem for problem in refused.problems if not any(words in problem for words in allowed)]
        if unexpected:
            raise AssertionError(unexpected) from refused
        return True
    return False


@pytest.mark.clause("GRD-01", "GRD-02", "GRD-03")
@given(scheme=st.one_of(score_cards(), threshold_rules()), currency=st.sampled_from(["CNY", "JPY", "KWD"]))
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_any_scheme_comes_back_from_its_form_and_from_its_file(scheme: Scheme, currency: str) -> None:
    text = toml_of(scheme, currency)
    tables = tomllib.loads(text)
    # rules that can never give their grade, and arithmetic out of reach, are refused of any file
    assume(not _refused(tables, currency))
    assert read_scheme(text, currency=currency) == scheme
    assert through_the_form(scheme, currency) == scheme


@pytest.mark.clause("GRD-20", "GRD-21", "GRD-25")
@pytest.mark.parametrize("key", SHIPPED)
def test_the_shipped_schemes_come_back_from_their_forms(key: str) -> None:
    scheme = read_scheme(FILES[key], currency="CNY")
    assert through_the_form(scheme) == scheme
    assert read_scheme(toml_of(scheme, "CNY"), currency="CNY") == scheme


# ── what people type ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "unit", "currency", "value"),
    [
        ("1000万", "money", "CNY", 1_000_000_000),
        ("1,234,567.5", "money", "CNY", 123_456_750),
        ("１．５亿", "money", "CNY", 15_000_000_000),
        ("95", "ratio", "CNY", 950_000),
        ("95％", "ratio", "CNY", 950_000),
        ("0.1", "ratio", "CNY", 1000),
        ("−3", "days", "CNY", -3),
        ("2026-01-31", "date", "CNY", 20260131),
    ],
)
def test_figures_are_read_as_people_write_them(text: str, unit: Any, currency: str, value: int) -> None:
    assert read_quantity(written(text, unit), unit, currency) == value


@pytest.mark.parametrize("text", ["1,23", "12万3", "abc", "", "1.2.3", "万", "1e999999999万"])
def test_what_is_no_figure_is_left_for_the_reader_to_refuse(text: str) -> None:
    with pytest.raises(ValueError):
        read_quantity(written(text, "money"), "money", "CNY")


def test_weights_are_per_cent_or_ratios() -> None:
    assert weight_read("12.5", "normalised") == Fraction(1, 8)
    assert weight_read("40%", "normalised") == Fraction(2, 5)
    assert weight_read("1/3", "normalised") == Fraction(1, 3)
    assert weight_read("1.5", "weighted-sum") == Fraction(3, 2)
    assert [weight_read(text, "normalised") for text in ("", "x", "1/0", "-5", "1e3")] == [None] * 5
    assert weight_typed(Fraction(1, 8), "normalised") == "12.5"
    assert weight_typed(Fraction(1, 3), "normalised") == "1/3"


@given(st.lists(st.tuples(st.text(st.sampled_from("criteria.0grades1partszh.bands"), max_size=40), words), max_size=30))
def test_any_form_is_some_draft(sent: list[tuple[str, str]]) -> None:
    """Nobody can send names that break the page."""
    draft = draft_of_form(sent)
    assert draft_of_form(fields_of(draft)) == draft
    assert set(draft) == set(draft_of_form([]))
