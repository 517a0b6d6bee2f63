"""``kezhi grading …``: names and keys that others script against."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kezhi import Refused
from kezhi_grading.commands import commands

pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.fixture
def company(add_customer: Any, add_orders: Any) -> None:
    for code in ("BIG", "MID", "NIL"):
        add_customer(code)
    add_orders(("BIG", "1997-02-03", "250000"), ("MID", "1997-05-06", "12000.50"))


def call(*arguments: str) -> str:
    known = {command.name: command for command in commands()}
    answer = CliRunner().invoke(known[arguments[0]], arguments[1:], catch_exceptions=False, standalone_mode=False)
    if answer.exception:
        raise answer.exception
    return answer.stdout


def run() -> Any:
    period = ("--from", "1997-01-01", "--to", "1997-12-31")
    return json.loads(call("run", "--scheme", "composite-abc", *period, "--json"))


def test_schemes(app: Any) -> None:
    for entry in json.loads(call("schemes", "--json")):
        assert list(entry) == ["key", "title", "version", "method"]
    assert "composite-abc" in call("schemes")
    assert "[80, 100]" in call("scheme", "show", "composite-abc")


def test_run(company: None) -> None:
    assert run() == {
        "run": 1,
        "scheme": "composite-abc",
        "version": 1,
        "graded": 3,
        "ungradable": 0,
        "counts": {"A": 1, "B": 1, "C": 1},
        "totals": {
            "annual_sales": {"sum": "262000.50", "with_value": 2},
            "collection_rate": {"sum": None, "with_value": 0},
            "industry_potential": {"sum": None, "with_value": 0},
            "dead_stock": {"sum": None, "with_value": 0},
        },
    }


def test_results_as_json_and_csv(company: None, tmp_path: Path) -> None:
    number = str(run()["run"])
    rows = json.loads(call("results", number, "--json"))
    target = tmp_path / "results.csv"
    call("results", number, "--csv", str(target))
    with target.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == [
        "code", "score", "grade", "annual_sales_value", "annual_sales_points", "collection_rate_value",
        "collection_rate_points", "industry_potential_value", "industry_potential_points", "dead_stock_value",
        "dead_stock_points",
    ]  # fmt: skip
    assert list(rows[0]) == lines[0]
    assert lines[2] == ["MID", "61.000", "B", "12000.50", "61.000", "", "", "", "", "", ""]
    assert [row["code"] for row in rows] == ["BIG", "MID", "NIL"]
    assert len(lines) == 4


@pytest.mark.clause("GRD-07")
def test_explain(company: None) -> None:
    found = json.loads(call("explain", str(run()["run"]), "MID", "--json"))
    assert list(found) == [
        "run", "code", "scheme", "version", "score", "grade", "rule", "criteria", "basis", "missing_months",
    ]  # fmt: skip
    assert list(found["criteria"][0]) == [
        "key", "value", "unit", "from", "to", "points", "weight", "missing", "rows",
    ]  # fmt: skip
    assert found["criteria"][0] | {"rows": None} == {
        "key": "annual_sales", "value": "12000.50", "unit": "money", "from": "1997-01-01", "to": "1997-12-31",
        "points": "61.000", "weight": 40, "missing": None, "rows": None,
    }  # fmt: skip
    assert "O0002" in call("explain", "1", "MID")


def test_a_scheme_is_loaded(app: Any, tmp_path: Path) -> None:
    from kezhi_grading import services

    file = tmp_path / "scheme.toml"
    file.write_text(services.current_version("rfm").source.replace("from = 12", "from = 13"), encoding="utf-8")
    assert json.loads(call("scheme", "load", str(file), "--json")) == {"key": "rfm", "version": 2, "new": True}
    assert json.loads(call("scheme", "load", str(file), "--json")) == {"key": "rfm", "version": 2, "new": False}


def test_failures_say_what_and_change_nothing(company: None, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no scheme “none”; there are: abcd-foreign, composite-abc, four-tiers, rfm"):
        call("run", "--scheme", "none", "--from", "1997-01-01", "--to", "1997-12-31")
    with pytest.raises(Refused, match="no grading run 7"):
        call("results", "7")
    run()
    with pytest.raises(Refused, match="no customer “XXX”"):
        call("explain", "1", "XXX")
    with pytest.raises(Refused):
        call("results", "1", "--csv", str(tmp_path / "none" / "file.csv"))


def test_a_person_needs_the_right(company: None, add_person: Any) -> None:
    from kezhi import acting_as

    with acting_as(add_person("seller", "salesperson")), pytest.raises(Refused, match=r"grading\.run"):
        run()
