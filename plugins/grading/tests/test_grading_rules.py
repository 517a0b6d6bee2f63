"""Threshold rules on real orders: years and months in a row, whom a scheme grades, and what is kept of it all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import Refused, db, writing
from kezhi.builtin.customers.models import Customer, ListEntry
from kezhi_grading import services
from kezhi_grading.checks import in_force, recomputed
from kezhi_grading.models import CurrentGrade, EvidenceRow, Result
from kezhi_grading.services.approval import put_in_force
from kezhi_grading.services.digest import run_digest
from kezhi_grading.services.explanation import document, explain
from kezhi_grading.spans import last_months, last_years

START, END = date(1997, 1, 1), date(1997, 12, 31)
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]

STEADY = """
    key = "steady"
    title = { zh = "稳定", en = "Steady" }
    method = "threshold"
    [[criteria]]
    key = "orders"
    title = { zh = "订货额", en = "Orders" }
    metric = "trade.order_amount"
    unit = "money"
    missing = "fails"
    [[criteria]]
    key = "growth"
    title = { zh = "增长率", en = "Growth" }
    metric = "trade.growth"
    unit = "ratio"
    missing = "fails"
    [[grades]]
    key = "A"
    title = { zh = "甲", en = "First" }
    tone = "green"
    all = [ { criterion = "orders", above = 1000 }, { criterion = "growth", above = "20%", years = 2 } ]
    [[grades]]
    key = "B"
    title = { zh = "乙", en = "Second" }
    tone = "blue"
    any = [ { criterion = "orders", from = 100, months = 2 }, { criterion = "growth", around = "10%" } ]
    [[grades]]
    key = "C"
    title = { zh = "丙", en = "Third" }
    tone = "gray"
    [[steps]]
    title = { zh = "审批", en = "Approval" }
    role = "general-manager"
"""


def graded(source: str = STEADY, start: date = START, end: date = END) -> Any:
    with writing():
        version, _new = services.load_scheme(source)
        return services.run_scheme(version.key, start, end)


def grades(run: Any) -> dict[str, str | None]:
    return {row["code"]: row["grade"] for row in services.results(run)}


@pytest.fixture
def yearly(add_customer: Any, add_orders: Any) -> Any:
    """``yearly("C1", 1995, 1000, 1300)``: a customer with one order in the middle of each year from 1995 on."""

    def make(code: str, first: int, *amounts: int) -> None:
        add_customer(code)
        add_orders(*((code, f"{first + n}-06-30", str(amount)) for n, amount in enumerate(amounts) if amount))

    return make


@pytest.mark.clause("GRD-03")
def test_n_years_in_a_row_are_the_last_full_years_and_each_must_hold(yearly: Any) -> None:
    yearly("BOTH", 1995, 1000, 1201, 1442)  # above 20 % in 1996 and in 1997
    yearly("BOUND", 1995, 1000, 1200, 1441)  # exactly 20 % in 1996
    yearly("LATEST", 1995, 2000, 1100, 1400)  # in 1997 alone
    yearly("BEFORE", 1995, 1000, 1500, 1500)  # in 1996 alone
    yearly("YOUNG", 1996, 1000, 1300)  # nothing to compare 1996 with

    assert grades(graded()) == {"BOTH": "A", "BOUND": "C", "LATEST": "C", "BEFORE": "C", "YOUNG": "C"}


@pytest.mark.clause("GRD-03")
def test_a_year_that_is_not_over_does_not_count(yearly: Any) -> None:
    """A run to the end of November 1998 looks at 1997 and 1996, whatever 1998 brings."""
    yearly("BOTH", 1995, 1000, 1201, 1442, 1100)
    assert grades(graded(start=date(1997, 12, 1), end=date(1998, 11, 30))) == {"BOTH": "A"}


@pytest.mark.clause("GRD-03")
def test_a_condition_is_sustained_for_the_last_full_months(add_customer: Any, add_orders: Any) -> None:
    for code in ("EVERY", "ONCE", "UNDER"):
        add_customer(code)
    add_orders(
        ("EVERY", "1997-11-01", "100"), ("EVERY", "1997-12-31", "100"),
        ("ONCE", "1997-12-05", "5000"), ("ONCE", "1997-10-31", "5000"),
        ("UNDER", "1997-11-05", "5000"), ("UNDER", "1997-12-05", "99.99"),
    )  # fmt: skip
    assert grades(graded()) == {"EVERY": "B", "ONCE": "C", "UNDER": "C"}


@pytest.mark.clause("GRD-03")
def test_around_a_rate_is_the_rate_with_five_points_to_either_side(yearly: Any) -> None:
    for code, amount in (("LOW", 10_499), ("FROM", 10_500), ("RATE", 11_000), ("TO", 11_500), ("HIGH", 11_501)):
        yearly(code, 1996, 10_000, amount)
    assert grades(graded()) == {"LOW": "C", "FROM": "B", "RATE": "B", "TO": "B", "HIGH": "C"}


@pytest.mark.parametrize(
    ("end", "years", "months"),
    [
        (date(1997, 12, 31), [1997, 1996], ["1997-12", "1997-11"]),
        (date(1997, 12, 30), [1996, 1995], ["1997-11", "1997-10"]),
        (date(1998, 1, 31), [1997, 1996], ["1998-01", "1997-12"]),
        (date(1996, 2, 28), [1995, 1994], ["1996-01", "1995-12"]),
    ],
)
def test_which_years_and_months_are_full(end: date, years: list[int], months: list[str]) -> None:
    assert [span.start.year for span in last_years(end, 2)] == years
    assert [f"{span.start:%Y-%m}" for span in last_months(end, 2)] == months
    assert all(span.end <= end for span in (*last_years(end, 2), *last_months(end, 2)))


@pytest.mark.clause("GRD-07", "GRD-03")
def test_an_explanation_names_the_rule_that_fired_and_what_failed_before(yearly: Any) -> None:
    yearly("C1", 1995, 1000, 1000, 1100)
    found = document(explain(graded(), "C1"))

    assert found["grade"] == "B"
    assert found["score"] is None
    assert found["rule"] == "The rule of grade B is the first that is met, tested in the order A, B."
    first, second, rest = found["grades"]
    assert [first["state"], second["state"], rest["state"]] == ["failed", "fired", "unneeded"]
    amount, growth = first["when"]["all"]
    assert (amount["condition"], amount["state"]) == ("Orders > ¥1,000.00", "held")
    assert (growth["condition"], growth["state"]) == ("Growth > 20.0% in each of the last 2 full years", "failed")
    assert growth["values"] == [
        {"from": "1997-01-01", "to": "1997-12-31", "value": "0.100000"},
        {"from": "1996-01-01", "to": "1996-12-31", "value": "0.000000"},
    ]
    months, around = second["when"]["any"]
    assert (months["state"], months["values"][0]["from"], months["values"][1]["to"]) == (
        "failed", "1997-12-01", "1997-11-30",
    )  # fmt: skip
    assert (around["condition"], around["state"]) == ("Growth 10.0% ± 5.0%", "held")
    # the records of every year that was read, each once
    rows = db.session.scalars(select(EvidenceRow.reference).where(EvidenceRow.evidence == "trade.orders_compared"))
    assert sorted(rows) == ["O0001", "O0002", "O0003"]


@pytest.mark.clause("GRD-06", "GRD-03")
@pytest.mark.parametrize(
    ("missing", "rest", "grade", "happened"),
    [
        ("fails", "met", "B", "failed"),
        ("fails", "unmet", "C", "failed"),
        ("exclude", "met", "A", "excluded"),
        ("exclude", "unmet", "C", "excluded"),
        ("ungradable", "met", None, "ungradable"),
    ],
)
def test_a_condition_without_a_figure_does_what_the_scheme_says(
    yearly: Any, missing: str, rest: str, grade: str | None, happened: str
) -> None:
    """A new customer has no growth: the condition fails, is left out, or forbids a grade. The result says which."""
    yearly("NEW", 1997, 2000 if rest == "met" else 10)
    source = STEADY.replace('unit = "ratio"\n    missing = "fails"', f'unit = "ratio"\n    missing = "{missing}"')
    run = graded(source.replace('{ criterion = "orders", from = 100, months = 2 }',
                                '{ criterion = "orders", from = 100 }'))  # fmt: skip

    found = document(explain(run, "NEW"))

    assert found["grade"] == grade
    assert {line["key"]: line["missing"] for line in found["criteria"]} == {"orders": None, "growth": happened}
    assert run.ungradable == (1 if grade is None else 0)


@pytest.mark.clause("GRD-06")
def test_with_every_rule_left_out_there_is_no_grade(add_customer: Any) -> None:
    add_customer("NEW")
    source = (
        STEADY.replace('missing = "fails"', 'missing = "exclude"')
        .replace('{ criterion = "orders", above = 1000 }, ', "")
        .replace('{ criterion = "orders", from = 100, months = 2 }, ', "")
    )
    start = source.index("    [[criteria]]")
    source = source[:start] + source[source.index("    [[criteria]]", start + 10) :]
    found = document(explain(graded(source), "NEW"))
    assert found["grade"] is None
    assert found["rule"] == "No grade: every rule was left out for want of figures."


@pytest.mark.clause("GRD-07")
def test_a_run_by_rules_is_the_same_when_computed_again_and_altered_rows_show(yearly: Any) -> None:
    yearly("C1", 1995, 1000, 1201, 1442)
    yearly("C2", 1996, 1000, 1300)
    run = graded()
    before = run_digest(run.id)
    assert recomputed(db.session()) == []
    assert run_digest(graded().id) != before  # another number, another run
    assert [r.rule for r in db.session.scalars(services.visible_results(run).order_by(Result.code))] == [
        "rule:A", "rest:C",
    ]  # fmt: skip
    with writing():
        result = db.session.scalars(services.visible_results(run).order_by(Result.code)).first()
        assert result is not None
        altered = {**result.criteria, "growth": {**result.criteria["growth"], "years": [0, 500_000]}}
        table: Any = Result.__table__
        db.session.execute(
            update(table)
            .where(table.c.run_id == run.id, table.c.customer_id == result.customer_id)
            .values(criteria=altered)
        )
    assert run_digest(run.id) != before
    assert len(recomputed(db.session())) == 1


@pytest.mark.clause("GRD-01")
def test_a_scheme_grades_its_population_alone(add_customer: Any, add_orders: Any) -> None:
    """Business type, stage and region narrow it, all of those that are named; figures too are of the population."""
    with writing():
        db.session.add(ListEntry(list="business_type", key="外贸", zh="外贸", en="Foreign trade", position=9))
    for code, business_type, stage, region in (
        ("IN", "外贸", "existing", "华东"),
        ("TYPE", "", "existing", "华东"),
        ("STAGE", "外贸", "lost", "华东"),
        ("REGION", "外贸", "existing", "华北"),
    ):
        customer_id = add_customer(code)
        with writing():
            values = {"business_type": business_type, "stage": stage, "region": region}
            db.session.execute(update(Customer).where(Customer.id == customer_id).values(**values))
        add_orders((code, "1997-03-01", "10"))
    head = 'method = "threshold"\n'
    wanted = 'population = { business_types = ["外贸"], stages = ["existing", "new"], regions = ["华东"] }\n'

    run = graded(STEADY.replace(head, head + wanted))

    assert grades(run) == {"IN": "C"}
    assert db.session.scalars(select(EvidenceRow.reference).where(EvidenceRow.run_id == run.id)).all() == ["O0001"] * 2
    assert grades(graded()) == dict.fromkeys(("IN", "TYPE", "STAGE", "REGION"), "C")


@pytest.mark.clause("GRD-01")
def test_a_population_that_no_list_knows_is_refused(app: Any) -> None:
    head = 'method = "threshold"\n'
    source = STEADY.replace(head, head + 'population = { business_types = ["moon-trade"] }\n')
    with pytest.raises(Refused, match=r"population.business_types: .* no entry with the key “moon-trade”"), writing():
        services.load_scheme(source)
    with pytest.raises(Refused, match=r"“外贸”|trade.continuity"), writing():
        services.run_scheme("abcd-foreign", START, END)
    db.session.rollback()
    assert services.runs() == []


@pytest.mark.clause("GRD-10")
def test_grades_by_rules_take_effect_without_a_score(yearly: Any) -> None:
    yearly("C1", 1995, 1000, 1201, 1442)
    with writing():
        run = services.run_by_number(graded().number)
        run.state = "published"
        put_in_force(run, END)
    current = db.session.scalars(select(CurrentGrade)).one()
    assert (current.grade, current.grade_order, current.tone, current.score) == ("A", 1, "green", None)
    assert in_force(db.session()) == []


def test_results_by_rules_have_a_column_per_year_and_month(yearly: Any) -> None:
    yearly("C1", 1995, 1000, 1201, 1442)
    (row,) = services.results(graded())
    assert row == {
        "code": "C1", "score": None, "grade": "A", "orders_value": "1442.00", "orders_month_1": "0.00",
        "orders_month_2": "0.00", "growth_value": "0.200666", "growth_year_1": "0.200666", "growth_year_2": "0.201000",
    }  # fmt: skip


@pytest.mark.clause("GRD-25")
def test_the_shipped_foreign_trade_scheme_reads_real_orders_and_disputes(add_customer: Any) -> None:
    """Four customers of the type 外贸 over five years, and one of another type whose profit is not in the total."""
    from kezhi_trade.services import create_dispute, create_order

    wan = 10_000 * 100
    with writing():
        db.session.add(ListEntry(list="business_type", key="外贸", zh="外贸", en="Foreign trade", position=9))
    years = {  # orders per year from 1993 on, in 万元
        "STEADY": (1000, 1000, 1000, 1210, 1500),  # growth above 20 % in 1996 and in 1997
        "QUARREL": (1000, 1000, 1000, 1210, 1500),  # the same with a serious dispute in 1996
        "MIDDLE": (400, 400, 400, 400, 420),
        "TINY": (0, 0, 0, 40, 10),  # one order a year, falling
        "HOME": (9000, 9000, 9000, 9000, 9000),
    }
    for code, amounts in years.items():
        customer_id = add_customer(code)
        with writing():
            kind = "" if code == "HOME" else "外贸"
            db.session.execute(update(Customer).where(Customer.id == customer_id).values(business_type=kind))
            for year, amount in enumerate(amounts, 1993):
                if amount:
                    values = {"customer_id": customer_id, "number": f"{code}-{year}", "order_date": date(year, 6, 30)}
                    create_order(values | {"amount": amount * wan, "profit": amount * wan // 10})
            if code == "QUARREL":
                about = {"customer_id": customer_id, "happened_on": date(1996, 5, 1), "subject": "Late"}
                create_dispute(about | {"gravity": "serious"})
    with writing():
        run = services.run_scheme("abcd-foreign", START, END)

    assert grades(run) == {"STEADY": "A", "QUARREL": "B", "MIDDLE": "B", "TINY": "D"}
