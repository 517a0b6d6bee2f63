"""Declared figures: stated by year, history kept, withdrawn, judged by (TRD-07)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import NotFound, Refused, acting_as, db, visible, writing
from kezhi.builtin.imports.services import export_file, import_file
from kezhi.metrics import all_metrics, metric
from kezhi_trade import services
from kezhi_trade.models import Declaration, Figure

pytestmark = [pytest.mark.plugins("trade")]

YEAR = ("2025-01-01", "2025-12-31")


@pytest.fixture
def declare(app: Any) -> Any:
    """``declare(customer_id, 2025, "2026-02-01", turnover=100_00)`` puts figures on record and returns their ids."""

    def make(customer_id: int, year: int, day: str, source: str = "年报", **values: int) -> list[int]:
        with writing():
            return services.declare(customer_id, year, date.fromisoformat(day), source, values)

    return make


def values() -> list[tuple[int, int]]:
    db.session.expire_all()
    return [(row.year, row.value) for row in db.session.scalars(select(Declaration).order_by(Declaration.id))]


def form(**given: str) -> dict[str, str]:
    return {"customer": "K1", "year": "2025", "declared_on": "2026-02-01", "stated_in": "年报", **given}


def load(text: str) -> dict[str, Any]:
    return import_file("declared", text.encode(), "declared.csv")


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    return result["created"], result["updated"], result["unchanged"], result["failed"]


@pytest.mark.clause("TRD-07")
def test_the_newest_declaration_of_the_newest_year_counts_and_none_is_lost(
    customer: Any, declare: Any, figures: Any
) -> None:
    one, other = customer("K1"), customer("K2")
    declare(one, 2024, "2026-06-01", turnover=900_00)
    declare(one, 2025, "2026-02-01", turnover=100_00, market_share=125_000)
    declare(one, 2025, "2026-03-01", turnover=110_00)
    declare(one, 2025, "2026-01-15", "电话", turnover=80_00)
    declare(one, 2026, "2026-03-02", turnover=500_00)
    declare(other, 2023, "2024-01-01", turnover=7_00)
    assert figures("trade.declared_turnover", *YEAR) == {one: 110_00, other: 7_00}
    assert figures("trade.declared_turnover", "2024-01-01", "2024-12-31") == {one: 900_00, other: 7_00}
    assert figures("trade.declared_market_share", *YEAR) == {one: 125_000}
    assert figures("trade.declared_size", *YEAR) == {}
    assert len(values()) == 7
    assert metric("trade.declared_turnover").no_rows == "missing"


@pytest.mark.clause("TRD-07")
def test_growth_compares_the_newest_year_with_the_year_before(customer: Any, declare: Any, figures: Any) -> None:
    grew, gap, first, zero = (customer(f"K{index}") for index in range(4))
    for year, value in ((2023, 50_00), (2024, 300_00), (2025, 400_00)):
        declare(grew, year, "2026-01-01", turnover=value)
    declare(grew, 2024, "2026-02-01", turnover=200_00)
    declare(gap, 2023, "2024-01-01", turnover=10_00)
    declare(gap, 2025, "2026-01-01", turnover=20_00)
    declare(first, 2025, "2026-01-01", turnover=20_00)
    declare(zero, 2024, "2025-01-01", turnover=0)
    declare(zero, 2025, "2026-01-01", turnover=20_00)
    assert figures("trade.declared_turnover_growth", *YEAR) == {grew: 1_000_000}
    assert "trade.declared_market_share_growth" not in all_metrics()


@pytest.mark.clause("TRD-07")
def test_a_withdrawn_declaration_counts_nowhere_and_no_import_brings_it_back(
    customer: Any, declare: Any, figures: Any
) -> None:
    one = customer("K1")
    declare(one, 2025, "2026-01-01", turnover=50_00)
    (wrong,) = declare(one, 2025, "2026-02-01", turnover=999_00)
    with writing():
        services.withdraw(wrong)
    assert figures("trade.declared_turnover", *YEAR) == {one: 50_00}
    assert len(values()) == 2
    with pytest.raises(Refused), writing():
        services.withdraw(wrong)
    text = "customer_code,year,declared_on,stated_in,turnover\nK1,2025,2026-02-01,年报,999\n"
    assert counts(load(text)) == (0, 0, 1, 0)
    assert figures("trade.declared_turnover", *YEAR) == {one: 50_00}


@pytest.mark.clause("TRD-07")
def test_the_company_adds_a_figure_and_it_is_a_metric_at_once(customer: Any, figures: Any) -> None:
    one = customer("K1")
    assert "trade.declared_staff" not in all_metrics()
    with writing():
        services.add_figure({"key": "staff", "zh": "员工人数", "en": "Staff", "unit": "count"})
    with writing():
        services.declare(one, 2025, date(2026, 2, 1), "走访", {"staff": 120})
    assert figures("trade.declared_staff", *YEAR) == {one: 120}
    assert metric("trade.declared_staff").unit == "count"
    figure = next(each for each in services.all_figures() if each["key"] == "staff")
    with writing():
        services.retire_figure(figure["id"], 1)
    assert figures("trade.declared_staff", *YEAR) == {one: 120}
    with pytest.raises(Refused, match="staff"), writing():
        services.declare(one, 2026, date(2026, 2, 1), "走访", {"staff": 130})
    assert values() == [(2025, 120)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "Staff"}, "key_name"),
        ({"key": ""}, "key_name"),
        ({"key": "turnover"}, "key_name"),
        ({"key": "turnover_growth"}, "key_name"),
        ({"key": "year"}, "key_name"),
        ({"zh": ""}, "zh"),
        ({"zh": "自身营业额"}, "zh"),
        ({"en": "own turnover"}, "en"),
        ({"unit": "points"}, "unit"),
    ],
)
def test_what_a_figure_cannot_be(app: Any, given: Any, field: str) -> None:
    complete = {"key": "staff", "zh": "员工人数", "en": "Staff", "unit": "count", **given}
    with pytest.raises(Refused) as refused, writing():
        services.add_figure(complete)
    assert refused.value.field == field
    assert len(db.session.scalars(select(Figure)).all()) == 7


@pytest.mark.parametrize(
    ("year", "day", "source", "given", "field"),
    [
        (1899, "2026-01-01", "年报", {"turnover": 1}, "year"),
        (2999, "2026-01-01", "年报", {"turnover": 1}, "year"),
        (2025, "2999-01-01", "年报", {"turnover": 1}, "declared_on"),
        (2025, "2026-01-01", " ", {"turnover": 1}, "stated_in"),
        (2025, "2026-01-01", "源" * 201, {"turnover": 1}, "stated_in"),
        (2025, "2026-01-01", "年报", {"turnover": -1}, "figure_turnover"),
        (2025, "2026-01-01", "年报", {"market_share": -1_000_001}, "figure_market_share"),
        (2025, "2026-01-01", "年报", {"market_share": 10_000_001}, "figure_market_share"),
        (2025, "2026-01-01", "年报", {}, None),
        (2025, "2026-01-01", "年报", {"nonsense": 1}, None),
    ],
)
def test_what_cannot_be_declared(
    customer: Any, declare: Any, year: int, day: str, source: str, given: Any, field: str | None
) -> None:
    one = customer("K1")
    with pytest.raises(Refused) as refused:
        declare(one, year, day, source, **given)
    assert refused.value.field == field
    assert values() == []


@pytest.mark.clause("TRD-07")
def test_figures_are_entered_in_their_units_and_shown_on_the_customers_page(customer: Any, client_as: Any) -> None:
    one = customer("K1")
    client = client_as("order-clerk")
    data = form(figure_turnover="1,234.50", figure_market_share="12.5%")
    answer = client.post("/trade/declared/new", data=data)
    assert (answer.status_code, answer.location) == (302, f"/customers/{one}?tab=trade")
    assert sorted(value for _year, value in values()) == [1_234_50, 125_000]
    page = client.get(f"/customers/{one}?tab=trade").get_data(as_text=True)
    assert "自身营业额" in page
    assert "12.5%" in page
    assert "¥1,234.50" in client.get("/trade/declared/new?customer=K1").get_data(as_text=True)  # what is on record
    again = client.post("/trade/declared/new", data=data)
    assert again.status_code == 422  # nothing new
    assert len(values()) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"customer": "NOBODY"}, "customer"),
        ({"year": "last"}, "year"),
        ({"year": "1800"}, "year"),
        ({"declared_on": "2026-02-30"}, "declared_on"),
        ({"stated_in": ""}, "stated_in"),
        ({"figure_turnover": "1.234"}, "figure_turnover"),
        ({"figure_turnover": "viel"}, "figure_turnover"),
        ({"figure_market_share": "1.23456"}, "figure_market_share"),
        ({"figure_market_share": "1e99"}, "figure_market_share"),
        ({"figure_turnover": ""}, None),
    ],
)
def test_a_wrong_entry_keeps_what_was_typed(customer: Any, client_as: Any, given: Any, field: str | None) -> None:
    customer("K1")
    data = {**form(figure_turnover="77"), "figure_commission": "8.25" if field else "", **given}
    answer = client_as("order-clerk").post("/trade/declared/new", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    if field:
        assert f'id="{field}-e"' in page
        assert 'value="8.25"' in page
    assert values() == []


@pytest.mark.clause("TRD-07")
def test_declarations_are_seen_by_who_sees_the_customer(
    customer: Any, declare: Any, add_person: Any, client_as: Any
) -> None:
    seller = add_person("seller", "salesperson")
    own, other = customer("OWN", owner_id=seller.id), customer("OTHER")
    (mine,), (theirs,) = (declare(own, 2025, "2026-01-01", "MINE", turnover=1_00),
                          declare(other, 2025, "2026-01-01", "THEIRS", turnover=2_00))  # fmt: skip
    with acting_as(seller):
        assert [row.stated_in for row in db.session.scalars(visible(Declaration))] == ["MINE"]
        with pytest.raises(NotFound):
            services.find_declaration(theirs)
        with pytest.raises(NotFound), writing():
            services.withdraw(theirs)
        with pytest.raises(NotFound), writing():
            services.declare(other, 2024, date(2025, 1, 1), "x", {"turnover": 1})
    client = client_as(login="seller")
    page = client.get("/trade/declared").get_data(as_text=True)
    assert "MINE" in page
    assert "THEIRS" not in page
    assert client.get(f"/trade/declared/{theirs}").status_code == 404
    assert client.post(f"/trade/declared/{theirs}/withdraw").status_code == 404
    assert client.get(f"/trade/declared/{mine}").status_code == 200
    assert client.get("/trade/declared/figures").status_code == 404
    assert db.session.get(Declaration, theirs, execution_options={"kezhi_unscoped": True}).withdrawn_at is None


@pytest.mark.clause("TRD-07")
def test_a_file_is_imported_once_and_what_is_exported_can_be_imported_again(
    customer: Any, figures: Any, tmp_path: Any
) -> None:
    one, other = customer("K1"), customer("K2")
    text = (
        "客户代码,年份,申报日期,出处,自身营业额,市场份额\n"
        'K1,2025年,2026/2/1,年报,"1,234.50",12.5%\nK2,2025,2026-02-01,年报,,3%\n'
    )
    assert counts(load(text)) == (2, 0, 0, 0)
    assert counts(load(text)) == (0, 0, 2, 0)
    assert figures("trade.declared_turnover", *YEAR) == {one: 1_234_50}
    assert figures("trade.declared_market_share", *YEAR) == {one: 125_000, other: 30_000}
    corrected = "customer_code,year,declared_on,stated_in,turnover\nK1,2025,2026-02-01,年报,2000\n"
    assert counts(load(corrected)) == (1, 0, 0, 0)
    assert figures("trade.declared_turnover", *YEAR) == {one: 2_000_00}
    assert len(values()) == 4
    path = tmp_path / "declared.csv"
    export_file("declared", path)
    assert counts(load(path.read_text())) == (0, 0, 2, 0)


def test_the_list_and_its_export_write_each_value_in_its_unit(customer: Any, declare: Any, client_as: Any) -> None:
    with writing():
        services.add_figure({"key": "staff", "zh": "员工人数", "en": "", "unit": "count"})
    declare(customer("K1"), 2025, "2026-02-01", turnover=1_234_50, market_share=125_000, staff=1_200)
    client = client_as("order-clerk")
    page = client.get("/trade/declared").get_data(as_text=True)
    assert all(shown in page for shown in ("¥1,234", "12.5%", ">1,200<"))
    file = client.get("/trade/declared?columns=figure,value&format=csv").get_data(as_text=True)
    assert {line.rpartition(",")[2] for line in file.split()[1:]} == {"1234.50", "0.125000", "1200"}


def test_rows_that_cannot_be_declared_are_named_and_the_good_ones_stay(customer: Any) -> None:
    customer("K1")
    text = (
        "customer_code,year,declared_on,stated_in,turnover\n"
        "NOBODY,2025,2026-02-01,年报,1\nK1,2025,2026-02-01,年报,\nK1,1800,2026-02-01,年报,1\n"
        "K1,2025,2999-02-01,年报,1\nK1,2025,2026-02-01,,1\nK1,2025,2026-02-01,年报,-5\n"
        "K1,2024,2026-02-01,年报,1\nK1,2024,2026-02-01,年报,2\n"
    )
    result = load(text)
    assert result["failed"] == 8
    assert values() == []
    assert counts(load("customer_code,year,declared_on,stated_in,turnover\nK1,2024,2026-02-01,年报,1\n"))[0] == 1


def test_the_import_takes_the_same_statements_for_any_number_of_rows(customer: Any, statements: Any) -> None:
    def counted(year: int, rows: int) -> int:
        lines = [f"C{place},{year},2026-02-01,年报,{place + 1},{place}%" for place in range(rows)]
        header = "customer_code,year,declared_on,stated_in,turnover,market_share"
        with statements() as sent:
            assert load("\n".join([header, *lines]))["created"] == rows
        return int(sent.count)

    for place in range(25):
        customer(f"C{place}")
    counted(2022, 1)  # what is read once
    assert counted(2023, 25) == counted(2024, 1)
    assert len(values()) == 2 * 27


def test_the_list_page_of_figures_keeps_order_and_names(app: Any, client_as: Any) -> None:
    client = client_as("data-analyst")
    answer = client.post(
        "/trade/declared/figures", data={"zh": "员工人数", "en": "Staff", "key_name": "staff", "unit": "count"}
    )
    assert answer.status_code == 302
    last = services.all_figures()[-1]
    assert (last["key"], last["unit"]) == ("staff", "count")
    client.post("/trade/declared/figures/change", data={"figure": last["id"], "version": 1, "what": "up"})
    db.session.expire_all()
    order = [row.key for row in db.session.scalars(select(Figure).order_by(Figure.position))]
    assert order[-2:] == ["staff", "size"]
    renamed = {"figure": last["id"], "version": 1, "zh": "在职人数", "unit": "money", "key_name": "other"}
    assert client.post("/trade/declared/figures", data=renamed).status_code == 302
    row = db.session.scalars(select(Figure).where(Figure.id == last["id"])).one()
    assert (row.key, row.zh, row.unit, row.version) == ("staff", "在职人数", "count", 2)
    stale = client.post("/trade/declared/figures", data=renamed)
    assert stale.status_code == 422


@pytest.mark.services
@pytest.mark.clause("TRD-07")
def test_a_declaration_has_a_unit_and_a_year_that_pages_can_show(app: Any, customer: Any, declare: Any) -> None:
    declared = declare(customer("K1"), 2025, "2026-02-01", turnover=100_00)[0]
    for column, strange in (("unit", "tonnes"), ("year", 1899)):
        with pytest.raises(IntegrityError), writing():
            db.session.execute(update(Declaration).where(Declaration.id == declared).values({column: strange}))
    row = db.session.execute(select(Declaration.unit, Declaration.year).where(Declaration.id == declared)).one()
    assert tuple(row) == ("money", 2025)
