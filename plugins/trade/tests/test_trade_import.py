"""Orders and rates from files: recognised, checked, applied once (TRD-01, CUS-08)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import Refused, db, writing
from kezhi.builtin.imports.models import Batch
from kezhi.builtin.imports.services import batch_for, export_file, import_file, plan, revert
from kezhi_trade import services
from kezhi_trade.checks import checks
from kezhi_trade.models import CustomerTrade, Declaration, Order, Rate
from kezhi_trade.services.summary import computed

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

HEADER = "order_no,customer_code,order_date,promised_date,shipped_date,salesperson,freight,amount,lines"


def load(text: str, kind: str = "orders", **options: Any) -> dict[str, Any]:
    return import_file(kind, text.encode(), f"{kind}.csv", **options)


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    return result["created"], result["updated"], result["unchanged"], result["failed"]


def found(number: str) -> Order:
    return services.order_by_number(number)


def newest_import() -> int:
    number: int = db.session.scalars(select(func.max(Batch.id))).one()
    db.session.rollback()
    return number


def doctor() -> list[str]:
    return [str(finding.message) for check in checks() for finding in check.run(db.session())]


def northwind_like(rows: int, codes: list[str]) -> tuple[str, int]:
    """A file as Northwind's export writes it, and the total of its amounts in minor units."""
    random, total = Random(1998), 0  # noqa: S311 - not for secrets
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(HEADER.split(","))
    for index in range(rows):
        day = date(1996, 7, 4) + timedelta(days=random.randrange(600))
        shipped = day + timedelta(days=9) if random.randrange(8) else None
        amount = random.randrange(1, 1_500_000)
        total += amount
        units = f"{amount // 100}.{amount % 100:02}"
        days = [f"{each} 00:00:00.000" if each else "" for each in (day, day + timedelta(days=28), shipped)]
        writer.writerow([10248 + index, random.choice(codes), *days, "Steven Buchanan", "32.38", units, 3])
    return output.getvalue(), total


@pytest.mark.clause("TRD-01")
def test_a_northwind_file_comes_in_whole_and_a_second_time_changes_nothing(customer: Any) -> None:
    ids = {code: customer(code) for code in ("ALFKI", "VINET", "TOMSP", "HANAR")}
    text, total = northwind_like(700, ["ALFKI", "VINET", "TOMSP"])
    first = load(text)
    assert counts(first) == (700, 0, 0, 0)
    assert first["ignored"] == ["salesperson", "freight", "lines"]
    rows = list(db.session.scalars(select(CustomerTrade)))
    assert sum(row.total_amount for row in rows) == total
    assert sum(row.order_count for row in rows) == 700
    assert ids["HANAR"] not in {row.customer_id for row in rows}
    order = found("10248")
    assert (order.source, order.external_id, order.currency, order.version) == ("import", "10248", "CNY", 1)
    assert order.status == ("done" if order.shipped_date else "open")
    assert counts(load(text)) == (0, 0, 700, 0)
    assert found("10248").version == 1
    assert doctor() == []


def test_each_statement_is_announced_once(customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    customer("ALFKI")
    customer("OTHER")
    seen: list[tuple[str, str]] = []
    before = services.summary.follow_orders

    def note(change: str, keys: Any) -> None:
        seen.append((change, type(keys).__name__))
        before(change, keys)

    monkeypatch.setattr(services.summary, "follow_orders", note)
    text, _total = northwind_like(600, ["ALFKI"])
    load(text)
    assert [change for change, _kind in seen] == ["create"]
    load(text)
    assert len(seen) == 1  # unchanged rows announce nothing
    few = "number,customer_code,order_date,amount\n10248,ALFKI,1996-07-04,1\nNEW,ALFKI,1996-07-04,2\n"
    load(few)
    assert seen[1:] == [("update", "list"), ("create", "Select")]
    load(text.replace("ALFKI,", "OTHER,"))
    assert seen[3][0] == "update"
    assert seen[3][1] == "Select"
    assert len(seen) == 4


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(customer: Any, statements: Any) -> None:
    for code in ("ALFKI", "VINET"):
        customer(code)

    def statements_of(rows: int, first: int) -> int:
        text, _total = northwind_like(rows, ["ALFKI", "VINET"])
        for index in range(rows):
            text = text.replace(f"\n{10248 + index},", f"\n{first + index},")
        with statements() as counted:
            assert load(text)["created"] == rows
        return int(counted.count)

    statements_of(1, 10_000)  # settings are read once
    assert statements_of(2, 20_000) == statements_of(120, 30_000)


@pytest.mark.clause("TRD-01")
def test_an_unknown_customer_stops_the_file_and_is_named(customer: Any) -> None:
    customer("ALFKI")
    text = "order_no,customer_code,order_date,amount\n1,ALFKI,2026-01-05,10\n2,NOBODY,2026-01-05,10\n"
    result = load(text)
    assert result["failed"] == 1
    (error,) = result["errors"]
    assert (error["row"], error["column"]) == (3, "customer_code")
    assert "NOBODY" in error["message"]
    assert db.session.scalars(select(Order)).all() == []
    assert load(text, skip_bad_rows=True)["created"] == 1


@pytest.mark.clause("TRD-01")
def test_chinese_headers_and_an_update_by_number(customer: Any) -> None:
    customer("KH-1")
    load('订单号,客户代码,订单日期,产品大类,金额,成本\nA-1,KH-1,2026年1月5日,阀门,"1,234.50",1000\n')
    order = found("A-1")
    assert (order.amount, order.profit, order.product_group) == (1_234_50, 234_50, "阀门")
    result = load("订单号,客户代码,订单日期,金额,税率,状态\nA-1,KH-1,2026-01-06,1300,9%,已完成\n")
    assert counts(result) == (0, 1, 0, 0)
    order = found("A-1")
    assert (order.amount, order.profit, order.tax_rate, order.status) == (1_300_00, 300_00, 90_000, "done")
    assert (order.product_group, order.order_date, order.version) == ("阀门", date(2026, 1, 6), 2)


def test_an_order_that_moves_takes_its_amount_along(customer: Any) -> None:
    one, other = customer("K1"), customer("K2")
    load("number,customer_code,order_date,amount\nA,K1,2026-01-05,10\nB,K1,2026-01-05,5\n")
    load("number,customer_code,order_date,amount\nA,K2,2026-01-05,10\n")
    rows = {row.customer_id: row.total_amount for row in db.session.scalars(select(CustomerTrade))}
    assert rows == {one: 5_00, other: 10_00}
    assert {tuple(row) for row in db.session.execute(computed())} == {
        (one, 5_00, 1, date(2026, 1, 5)),
        (other, 10_00, 1, date(2026, 1, 5)),
    }


def test_a_cancelled_order_is_not_brought_back(customer: Any) -> None:
    customer("K1")
    text = "number,customer_code,order_date,amount\nA,K1,2026-01-05,10\n"
    load(text)
    with writing():
        services.cancel_order(found("A").id, 1)
    assert counts(load(text)) == (0, 0, 1, 0)
    assert found("A").status == "cancelled"
    result = load(text.replace(",10", ",11"))
    assert result["failed"] == 1
    assert "A" in result["errors"][0]["message"]


@pytest.mark.clause("TRD-01", "TRD-02")
def test_rates_come_first_and_orders_are_converted_set_based(customer: Any) -> None:
    customer("K1")
    orders = "number,customer_code,order_date,amount,currency,profit\n" + (
        "A,K1,2026-03-05,100.00,USD,10\nB,K1,2026-03-05,5000,JPY,\nC,K1,2026-03-05,7,,\n"
    )
    result = load(orders)
    assert result["failed"] == 2
    assert "USD" in result["errors"][0]["message"]
    assert "2026-03" in result["errors"][0]["message"]
    rates = load("month,currency,rate\n2026-03,USD,7.123456\n2026/3/1,JPY,0.0478\n", "rates")
    assert counts(rates) == (2, 0, 0, 0)
    assert counts(load(orders)) == (3, 0, 0, 0)
    assert [found(number).base_amount for number in "ABC"] == [712_35, 239_00, 7_00]
    assert found("A").base_profit == 71_23
    changed = load("月份,币种,汇率\n2026年3月,美元,7.2\n2026年3月,JPY,0.0478\n", "rates")
    assert counts(changed) == (0, 1, 1, 0)
    assert found("A").base_amount == 720_00
    assert doctor() == []
    assert db.session.scalars(select(Rate.rate).order_by(Rate.currency)).all() == [47_800, 7_200_000]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("A,K1,2026-02-30,1,,,", "order_date"),
        ("A,K1,2026-02-03,-1,,,", "amount"),
        ("A,K1,2026-02-03,1.005,,,", "amount"),
        ("A,K1,2026-02-03,1.5,JPY,,", "amount"),
        ("A,K1,2026-02-03,1,QQQ,,", "currency"),
        ("A,K1,2026-02-03,1,,200%,", "tax_rate"),
        ("A,K1,2026-02-03,1,,,lost", "status"),
        ("A,K1,2026-02-03,99999999999999,,,", "amount"),
        (",K1,2026-02-03,1,,,", "number"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(customer: Any, row: str, column: str) -> None:
    customer("K1")
    with writing():
        services.set_rate("JPY", date(2026, 2, 1), 50_000)
    result = load(f"number,customer_code,order_date,amount,currency,tax_rate,status\n{row}\n")
    assert [(error["row"], error["column"]) for error in result["errors"]] == [(2, column)]


def test_a_number_stands_once_in_a_file_and_external_ids_belong_to_one_order(customer: Any) -> None:
    customer("K1")
    header = "number,customer_code,order_date,amount,external_id\n"
    twice = load(f"{header}A,K1,2026-01-05,1,\nA,K1,2026-01-05,2,\n")
    assert [error["row"] for error in twice["errors"]] == [3]
    shared = load(f"{header}A,K1,2026-01-05,1,E1\nB,K1,2026-01-05,2,E1\n")
    assert [error["row"] for error in shared["errors"]] == [2, 3]
    assert counts(load(f"{header}A,K1,2026-01-05,1,E1\n")) == (1, 0, 0, 0)
    taken = load(f"{header}B,K1,2026-01-05,1,E1\n")
    assert [(error["row"], error["column"]) for error in taken["errors"]] == [(2, "external_id")]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("month,currency,rate\n2026-13,USD,7\n", "month"),
        ("month,currency,rate\n2026-03,CNY,1\n", "currency"),
        ("month,currency,rate\n2026-03,USD,0\n", "rate"),
        ("month,currency,rate\n2026-03,USD,7.1234567\n", "rate"),
        ("month,currency,rate\n2026-03,USD,99999999\n", "rate"),
    ],
)
def test_a_wrong_rate_is_refused(app: Any, text: str, column: str) -> None:
    result = load(text, "rates")
    assert [(error["row"], error["column"]) for error in result["errors"]] == [(2, column)]


def test_a_month_has_one_rate_per_currency(app: Any) -> None:
    result = load("month,currency,rate\n2026-03,USD,7\n2026-03-01,USD,8\n", "rates")
    assert [error["row"] for error in result["errors"]] == [2, 3]


def test_what_is_exported_can_be_imported_again(customer: Any, order: Callable[..., int], tmp_path: Path) -> None:
    one = customer("K1")
    with writing():
        services.set_rate("KWD", date(2026, 1, 1), 23_000_000)
    order(one, "2026-01-05", 1_234_567, currency="KWD", cost=1_000_000, product_group="=阀门", source="import")
    load("number,customer_code,order_date,amount,tax_rate,shipped_date\nB,K1,2026-01-05,10.5,9.5%,2026-01-07\n")
    assert export_file("orders", tmp_path / "orders.csv") == 2
    text = (tmp_path / "orders.csv").read_text("utf-8-sig")
    assert "1234.567,KWD,13%" in text
    assert "'=阀门" in text
    result = import_file("orders", tmp_path / "orders.csv")
    assert counts(result) == (0, 0, 2, 0)


@pytest.mark.clause("TRD-01", "CUS-08")
def test_a_reverted_file_leaves_orders_and_sums_as_they_were(customer: Any) -> None:
    for code in ("ALFKI", "VINET"):
        customer(code)
    load("number,customer_code,order_date,amount\nA-1,ALFKI,1997-05-06,100\nA-2,ALFKI,1997-05-07,50\n")

    def rows() -> list[Any]:
        names = [name for name in list(Order.__table__.c.keys()) if name not in ("version", "updated_at")]
        orders = db.session.execute(select(*(Order.__table__.c[name] for name in names)).order_by(Order.id)).all()
        sums = select(CustomerTrade.customer_id, CustomerTrade.total_amount).order_by(CustomerTrade.customer_id)
        return [*orders, *db.session.execute(sums)]

    before = rows()
    load(
        "number,customer_code,order_date,amount,shipped_date\nA-1,VINET,1997-05-06,70,1997-06-01\nB-1,VINET,1997-05-08,5,\n"
    )
    number = newest_import()
    assert rows() != before
    foreseen = plan(batch_for(number))
    assert (foreseen.created, foreseen.updated, foreseen.stuck) == (1, 1, 0)
    revert(number)
    assert rows() == before
    assert doctor() == []
    load("number,customer_code,order_date,amount\nA-1,ALFKI,1997-05-06,71\n")
    number = newest_import()
    with writing():
        services.cancel_order(found("A-1").id, found("A-1").version)
    with pytest.raises(Refused):
        revert(number, what_can=True)
    assert found("A-1").amount == 7100


@pytest.mark.clause("TRD-07", "CUS-08")
def test_declared_figures_of_a_file_are_taken_back_and_a_file_of_rates_is_not(customer: Any) -> None:
    customer("ALFKI")
    text = "customer_code,year,declared_on,stated_in,turnover\nALFKI,{year},1998-02-01,年报,100\n"
    load(text.format(year=1996), "declared")
    load(text.format(year=1997), "declared")
    assert revert(newest_import()).removed == 1
    assert list(db.session.scalars(select(Declaration.year))) == [1996]
    load("month,currency,rate\n1997-05,USD,8.29\n", "rates")
    with pytest.raises(Refused):
        revert(newest_import())
    assert len(list(db.session.scalars(select(Rate)))) == 1
