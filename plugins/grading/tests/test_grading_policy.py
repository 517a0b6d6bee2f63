"""The policy's own examples: where a grade begins, what a missing figure does, what ties do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kezhi import Refused, writing
from kezhi_grading import services
from kezhi_grading.services.explanation import document, explain

START, END = date(1997, 1, 1), date(1997, 12, 31)

pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


def graded(key: str = "composite-abc") -> Any:
    with writing():
        return services.run_scheme(key, START, END)


def by_code(run: Any) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in services.results(run)}


@pytest.mark.clause("GRD-21")
def test_a_grade_begins_exactly_at_its_bound(add_customer: Any, add_orders: Any) -> None:
    """[80, 100] is A, [60, 80) is B, [0, 60) is C; cut on the unrounded total."""
    amounts = {
        "TOP": "200000.00",
        "OVER": "900000.00",
        "A80": "50000.00",
        "B79": "49998.00",
        "B80": "49999.99",
        "B60": "10000.00",
        "C59": "9999.99",
    }
    for code in (*amounts, "ZERO"):
        add_customer(code)
    add_orders(*((code, "1997-06-30", amount) for code, amount in amounts.items()))

    found = {code: (row["score"], row["grade"]) for code, row in by_code(graded()).items()}

    assert found == {
        "TOP": ("100.000", "A"),
        "OVER": ("100.000", "A"),
        "A80": ("80.000", "A"),
        "B79": ("79.999", "B"),
        "B80": ("80.000", "A"),  # its points are 79.999995, kept as thousandths: 80.000
        "B60": ("60.000", "B"),
        "C59": ("60.000", "B"),
        "ZERO": ("0.000", "C"),
    }


@pytest.mark.clause("GRD-06", "GRD-21")
def test_criteria_without_a_source_are_left_out_and_named(add_customer: Any, add_orders: Any) -> None:
    add_customer("C1")
    add_orders(("C1", "1997-03-01", "50000"))

    run = graded()

    assert run.without_source == ["industry_potential"]
    lines = {line["key"]: line for line in document(explain(run, "C1"))["criteria"]}
    assert lines["industry_potential"]["missing"] == "excluded"
    assert lines["collection_rate"]["missing"] == "excluded"  # nothing was due from it
    assert lines["collection_rate"]["points"] is None
    assert lines["dead_stock"]["missing"] == "excluded"  # nobody took stock
    assert lines["annual_sales"]["missing"] is None
    assert by_code(run)["C1"]["score"] == "80.000"  # 40 of 40, not 40 of 100


@pytest.mark.clause("GRD-06")
def test_a_customer_who_bought_nothing_is_a_c_and_not_a_gap(add_customer: Any) -> None:
    add_customer("C1")
    run = graded()
    assert by_code(run)["C1"]["grade"] == "C"
    assert run.totals["annual_sales"] == {"sum": 0, "with_value": 0}


@pytest.mark.clause("GRD-06")
def test_not_gradable_and_no_data_are_results_of_their_own(app: Any, add_customer: Any, add_orders: Any) -> None:
    source = """
        key = "waiting"
        title = { zh = "等待", en = "Waiting" }
        scale = "normalised"
        [[criteria]]
        key = "last"
        title = { zh = "最近", en = "Last" }
        metric = "trade.days_since_last_order"
        unit = "days"
        weight = 100
        bands = [ { points = 100 }, { above = 30, points = 50 } ]
        missing = "%s"
        [[grades]]
        key = "A"
        title = { zh = "甲", en = "A" }
        tone = "green"
        from = 60
        [[grades]]
        key = "B"
        title = { zh = "乙", en = "B" }
        tone = "gray"
        [[steps]]
        title = { zh = "审批", en = "Approval" }
        role = "general-manager"
    """
    add_customer("BUYS")
    add_customer("NEVER")
    add_orders(("BUYS", "1997-12-01", "1"))
    found = {}
    for missing in ("ungradable", "exclude", "lowest"):
        with writing():
            services.load_scheme(source % missing)
        run = graded("waiting")
        row = by_code(run)["NEVER"]
        found[missing] = (row["score"], row["grade"], run.ungradable)
        assert by_code(run)["BUYS"]["grade"] == "A"  # 30 days: the bound belongs to the band below
    assert found == {"ungradable": (None, None, 1), "exclude": (None, None, 1), "lowest": ("50.000", "B", 0)}


@pytest.mark.clause("GRD-02")
def test_thirds_are_exact(app: Any, add_customer: Any, add_orders: Any) -> None:
    """Three criteria of a third each, all at 60 points, reach 60 and not 59.999."""
    criteria = "".join(
        f"""
        [[criteria]]
        key = "part_{number}"
        title = {{ zh = "部分", en = "Part" }}
        metric = "trade.order_count"
        unit = "count"
        weight = "1/3"
        bands = [ {{ points = 0 }}, {{ from = 1, points = 60 }} ]
        missing = "exclude"
        """
        for number in range(3)
    )
    with writing():
        services.load_scheme(
            f"""
            key = "thirds"
            title = {{ zh = "三分之一", en = "Thirds" }}
            scale = "normalised"
            {criteria}
            [[grades]]
            key = "yes"
            title = {{ zh = "是", en = "Yes" }}
            tone = "green"
            from = 60
            [[grades]]
            key = "no"
            title = {{ zh = "否", en = "No" }}
            tone = "gray"
            [[steps]]
            title = {{ zh = "审批", en = "Approval" }}
            role = "general-manager"
            """
        )
    add_customer("C1")
    add_orders(("C1", "1997-01-01", "5"))
    assert by_code(graded("thirds"))["C1"]["grade"] == "yes"


@pytest.mark.clause("GRD-32", "GRD-02")
def test_rfm_cuts_fifths_and_keeps_ties_together(add_customer: Any, add_orders: Any) -> None:
    """Ten customers, two to a fifth; equal amounts share the part of the lowest place among them."""
    amounts = [0, 0, 0, 100, 200, 300, 400, 500, 500, 900]
    for number, amount in enumerate(amounts):
        add_customer(f"C{number}")
        if amount:
            add_orders((f"C{number}", f"1997-0{number}-01", str(amount)))

    rows = by_code(graded("rfm"))

    assert [rows[f"C{n}"]["monetary_points"][0] for n in range(10)] == list("1112334445")
    assert [rows[f"C{n}"]["recency_points"][0] for n in range(10)] == list("1111123345")  # seven have ever ordered
    assert rows["C0"]["score"] == "3.000"
    assert rows["C0"]["grade"] == "C"


@pytest.mark.clause("GRD-07")
def test_the_period_decides_which_orders_count(add_customer: Any, add_orders: Any) -> None:
    """Both days are included; what is dated later is read by nothing."""
    add_customer("C1")
    add_orders(
        ("C1", "1996-12-31", "1"), ("C1", "1997-01-01", "10"), ("C1", "1997-12-31", "100"), ("C1", "1998-01-01", "1000")
    )
    found = document(explain(graded(), "C1"))["criteria"][0]
    assert found["value"] == "110.00"
    assert [row["date"] for row in found["rows"]] == ["1997-01-01", "1997-12-31"]


def test_a_period_that_ends_before_it_begins_is_refused(app: Any) -> None:
    with pytest.raises(Refused, match="begins on 1997-12-31, after its end 1997-01-01"), writing():
        services.run_scheme("composite-abc", END, START)
    assert services.runs() == []
