"""Shipments, invoices, receipts and matchings from files: applied once, reverted whole (TRD-01)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import db
from kezhi.builtin.imports.models import Batch
from kezhi.builtin.imports.services import export_file, import_file, revert
from kezhi_trade import services
from kezhi_trade.checks import checks
from kezhi_trade.models import Invoice, Match, Receipt
from kezhi_trade.services import INVOICE, RECEIPT, SHIPMENT

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

FILES = {
    "invoices": "发票号,客户代码,开票日期,价税合计,到期日,订单号\n"
                "F1,K1,2026-03-05,1130.00,2026-04-05,D1\nF2,K1,2026-03-09,500,,\nF3,K2,2026-03-10,1000,,\n",
    "shipments": "出货单号,客户代码,出货日期,出货金额,订单号,发票号\n"
                 "C1,K1,2026-03-02,1130.00,D1,F1\nC2,K1,2026-03-08,500,,\n",
    "receipts": "回款单号,客户代码,回款日期,回款金额,款项性质\nR1,K1,2026-04-01,1400,\nR2,K2,2026-02-01,300,预收款\n",
    "matches": "回款单号,发票号,核销金额\nR1,F1,1130\nR1,F2,200.50\nR2,F3,300\n",
}  # fmt: skip


def load(kind: str, text: str = "") -> tuple[int, int, int, int]:
    result = import_file(kind, (text or FILES[kind]).encode(), f"{kind}.csv")
    return result["created"], result["updated"], result["unchanged"], result["failed"]


def failures(kind: str, text: str) -> list[tuple[int, str, str]]:
    result = import_file(kind, text.encode(), f"{kind}.csv")
    return [(each["row"], each["column"], each["message"]) for each in result["errors"]]


def books() -> dict[str, tuple[int, int]]:
    """Number → amount, what is left in the company's currency."""
    found = {}
    for table in (Invoice.__table__, Receipt.__table__):
        columns = (table.c.number, table.c.amount, table.c.base_open)
        found |= {number: (amount, left) for number, amount, left in db.session.execute(select(*columns))}
    return found


def doctor() -> list[str]:
    return [str(finding.message) for check in checks() for finding in check.run(db.session())]


@pytest.fixture
def company(customer: Any, order: Any) -> dict[str, int]:
    ids = {code: customer(code) for code in ("K1", "K2")}
    order(ids["K1"], "2026-02-20", 1_000_00, number="D1")
    return ids


@pytest.mark.clause("TRD-01")
def test_the_books_come_in_as_files_and_a_second_time_nothing_changes(company: Any, tmp_path: Path) -> None:
    assert [load(kind) for kind in FILES] == [(3, 0, 0, 0), (2, 0, 0, 0), (2, 0, 0, 0), (3, 0, 0, 0)]
    kept = {"F1": (1130_00, 0), "F2": (500_00, 299_50), "F3": (1_000_00, 700_00),
            "R1": (1_400_00, 69_50), "R2": (300_00, 0)}  # fmt: skip
    assert books() == kept
    shipment = services.voucher_by_number(SHIPMENT, "C1")
    invoice = services.voucher_by_number(INVOICE, "F1")
    assert (shipment.invoice_id, shipment.order_id) == (invoice.id, invoice.order_id)
    assert (invoice.source, invoice.external_id, invoice.version) == ("import", "F1", 2)
    assert services.voucher_by_number(INVOICE, "F2").due_on.isoformat() == "2026-04-08"  # 30 days
    assert services.voucher_by_number(RECEIPT, "R2").kind == "deposit"
    assert [load(kind) for kind in FILES] == [(0, 0, 3, 0), (0, 0, 2, 0), (0, 0, 2, 0), (0, 0, 3, 0)]
    for kind in FILES:  # what is exported can be imported again
        path = tmp_path / f"{kind}.csv"
        export_file(kind, path)
        assert load(kind, path.read_text("utf-8-sig"))[:2] == (0, 0)
    assert load("matches", "回款单号,发票号,核销金额\nR1,F2,269.50\n") == (0, 1, 0, 0)  # in all, not once more
    assert books() == {**kept, "F2": (500_00, 230_50), "R1": (1_400_00, 50)}
    assert load("invoices", "number,customer_code,date,amount\nF2,K1,2026-03-09,600\n") == (0, 1, 0, 0)
    assert books()["F2"] == (600_00, 330_50)
    assert doctor() == []


@pytest.mark.clause("TRD-01")
def test_a_row_that_does_not_go_with_the_books_is_refused_and_said_why(company: Any) -> None:
    for kind in FILES:
        load(kind)
    before = books()
    head = "number,customer_code,date,amount,status,order_number,currency\n"
    wrong = (
        ("F1,K1,2026-03-05,1129.99,,,", "number"),  # less than what is matched
        ("F1,K1,2026-03-05,1130,void,,", "number"),
        ("F1,K2,2026-03-05,1130,,,", "number"),
        ("F9,K9,2026-03-05,1,,,", "customer_code"),
        ("F9,K2,2026-03-05,1,,D1,", "order_number"),  # another customer's order
        ("F9,K2,2026-03-05,1,,,USD", "currency"),
        ("F9,K2,2026-03-05,0,,,", "amount"),
        ("F9,K2,2026-03-05,1.005,,,", "amount"),
    )
    for row, column in wrong:
        assert [each[1] for each in failures("invoices", head + row + "\n")] == [column], row
    matches = (
        ("R1,F1,1130.01", ["invoice_number"]),
        ("R1,F2,270.01", ["receipt_number"]),  # 1,130.00 of its 1,400.00 are matched with F1
        ("R1,F3,10", ["invoice_number"]),  # another customer's
        ("R9,F1,10", ["receipt_number"]),
        ("R1,F1,1.005", ["amount"]),
    )
    for row, columns in matches:
        found = failures("matches", f"receipt_number,invoice_number,amount\n{row}\n")
        assert [each[1] for each in found] == columns, row
    assert books() == before
    assert doctor() == []


@pytest.mark.clause("TRD-01")
def test_a_file_that_was_a_mistake_is_taken_back(company: Any) -> None:
    for kind in FILES:
        load(kind)
    number = db.session.scalars(select(func.max(Batch.id))).one()
    db.session.rollback()
    revert(number)
    assert db.session.scalars(select(func.count()).select_from(Match)).one() == 0
    assert {key: left for key, (_amount, left) in books().items()} == {
        "F1": 1130_00, "F2": 500_00, "F3": 1_000_00, "R1": 1_400_00, "R2": 300_00,
    }  # fmt: skip
    assert doctor() == []
