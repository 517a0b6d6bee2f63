"""Schemes as files: what is wrong, where, and what to do; all of it at once."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from kezhi import Refused, db, writing
from kezhi_grading import services
from kezhi_grading.reading import SchemeRefused, read_scheme
from kezhi_grading.stored import digest

pytestmark = pytest.mark.plugins("trade", "grading")
SHIPPED = files("kezhi_grading").joinpath("schemes/composite-abc.toml").read_text(encoding="utf-8")


def problems(source: str | bytes) -> list[str]:
    with pytest.raises(SchemeRefused) as refused:
        read_scheme(source, currency="CNY")
    return refused.value.problems


@pytest.mark.clause("GRD-21", "GRD-32")
def test_the_shipped_schemes_are_kept_as_version_1(app: Any) -> None:
    rows = {row.key: row for row in services.latest_versions()}
    assert {key: row.version for key, row in rows.items()} == dict.fromkeys(services.schemes.SHIPPED, 1)
    scheme = services.scheme_of(rows["composite-abc"])
    assert [scheme.interval(grade.key) for grade in scheme.grades] == ["[80, 100]", "[60, 80)", "[0, 60)"]
    rfm = services.scheme_of(rows["rfm"])
    assert [rfm.interval(grade.key) for grade in rfm.grades] == ["[12, 15]", "[8, 12)", "[3, 8)"]


@pytest.mark.clause("GRD-01")
def test_the_same_content_makes_no_new_version(app: Any) -> None:
    with writing():
        row, new = services.load_scheme(SHIPPED.replace("# Composite", "# Another comment: composite"))
        assert (row.version, new) == (1, False)
        row, new = services.load_scheme(SHIPPED.replace("from = 80", "from = 82"))
        assert (row.version, new) == (2, True)
    assert services.scheme_of(services.current_version("composite-abc", 1)).grades[0].bound.value == 80_000  # type: ignore[union-attr]


@pytest.mark.clause("GRD-02")
def test_weights_that_do_not_add_up_are_refused(app: Any) -> None:
    assert problems(SHIPPED.replace("weight = 40", "weight = 39")) == [
        "criteria: the weights add up to 99 %, not 100 %; change them"
    ]


def test_every_problem_is_reported_at_once(app: Any) -> None:
    source = (
        SHIPPED.replace('unit = "ratio"', 'unit = "percent"', 1)
        .replace("{ at = 10000, points = 60 }", "{ at = 0, points = 160.5 }")
        .replace('missing = "exclude"', 'missing = "zero"', 1)
        .replace("from = 60", "from = 90")
        .replace('tone = "amber"', 'tone = "brown"\ncolour = "red"')
    )
    found = problems(source)
    places = [problem.split(": ")[0] for problem in found]
    assert places == [
        "criteria[1] (annual_sales).missing",
        "criteria[1] (annual_sales).interpolate[2].points",
        "criteria[1] (annual_sales).interpolate[2]",
        "criteria[2] (collection_rate).unit",
        "criteria[2] (collection_rate).interpolate[1].at",
        "criteria[2] (collection_rate).interpolate[2].at",
        "criteria[2] (collection_rate).interpolate[3].at",
        "criteria[2] (collection_rate).interpolate[4].at",
        "grades[2] (B)",
        "grades[3] (C).tone",
        "grades[3] (C).colour",
    ]
    assert all(";" in problem or "write" in problem or "leave" in problem or "only" in problem for problem in found)


@pytest.mark.clause("GRD-02")
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("from = 80", "from = 80\nabove = 80", "either “from”"),
        ("from = 80", "", "either “from”"),
        ('tone = "amber"', 'tone = "amber"\nfrom = 0', "lowest grade takes everything below"),
        ("from = 80", "from = 180", "no score reaches"),
        ("weight = 40", "weight = 0", "whole number above 0"),
        ("weight = 40", "weight = true", "whole number above 0"),
        ("{ at = 50000, points = 80 }", "{ at = 50000, points = 101 }", "0 to 100"),
        ("{ at = 50000, points = 80 }", '{ at = "50000.001", points = 80 }', "more than 2 decimals"),
        ('key = "annual_sales"', 'key = "annual sales"', "cannot be used"),
        ('key = "collection_rate"', 'key = "annual_sales"', "stands twice"),
        ('group = "cost"', 'group = "costs"', "not listed under [groups]"),
        ('population = "all"', 'population = "domestic"', "not known"),
        ('scale = "normalised"', "", "is missing"),
        ("[[steps]]", "[[stages]]", "0 entries"),
        ('title = { zh = "审批", en = "Approval" }', 'title = "Approval"', "both languages"),
    ],
)
def test_bad_schemes_say_what_to_do(app: Any, old: str, new: str, words: str) -> None:
    assert old in SHIPPED
    found = problems(SHIPPED.replace(old, new))
    assert any(words in problem for problem in found), found


def test_bands_share_their_bounds_and_only_rise(app: Any) -> None:
    bands = "bands = [ { points = 0 }, { above = 5, points = 50 }, { from = 5, points = 100 } ]"
    start = SHIPPED.index("interpolate = [")
    end = SHIPPED.index("]", start) + 1
    assert problems(SHIPPED[:start] + bands + SHIPPED[end:]) == [
        "criteria[1] (annual_sales).bands[3]: its bound is not above that of the band before it; "
        "list the bands from the lowest up"
    ]


@pytest.mark.parametrize("source", [b"\xff\xfe", b"key = ", b"a" * 70_000, b"[[[[[", b"x = " + b"[" * 30_000])
def test_files_that_are_no_schemes_are_refused(app: Any, source: bytes) -> None:
    assert problems(source)


def test_products_beyond_64_bits_are_refused(app: Any) -> None:
    wide = SHIPPED.replace("{ at = 200000, points = 100 }", "{ at = 80000000000000, points = 100 }")
    assert "too far apart" in problems(wide)[0]


@pytest.mark.clause("GRD-01")
def test_an_unknown_metric_is_named_with_its_app(app: Any) -> None:
    source = SHIPPED.replace('"trade.order_amount"', '"credit.exposure"')
    with pytest.raises(Refused, match=r"no enabled app provides “credit.exposure”; enable the app “credit”"), writing():
        services.load_scheme(source)
    db.session.rollback()
    assert services.current_version("composite-abc").version == 1


@pytest.mark.plugins("grading")
def test_a_digest_depends_on_content_alone(app: Any) -> None:
    one, other = read_scheme(SHIPPED, currency="CNY"), read_scheme("\n" + SHIPPED, currency="CNY")
    assert digest(one) == digest(other)
    assert digest(one) != digest(read_scheme(SHIPPED.replace("at = 10000,", "at = 10001,"), currency="CNY"))


def test_the_documented_examples_are_schemes(app: Any) -> None:
    page = Path(__file__).resolve().parents[3] / "docs/authors/schemes.md"
    examples = [part.split("```")[0] for part in page.read_text(encoding="utf-8").split("```toml\n")[1:]]
    card, rules = (read_scheme(example, currency="CNY") for example in examples)
    assert [grade.key for grade in card.grades] == ["A", "B"]
    assert (rules.tests, rules.rest) == (("A", "B"), "C")
