"""Contracts from files: whose they are, what is refused with its row, and everything put back (CUS-13, CUS-08)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kezhi import acting_as, db, visible, writing
from kezhi.builtin.accounts.services import set_permissions
from kezhi.builtin.accounts.services.roles import role_permissions
from kezhi.builtin.contracts import services
from kezhi.builtin.contracts.exporter import HEADER, rows
from kezhi.builtin.contracts.models import Change, Contract
from kezhi.builtin.imports.models import Batch, Problem
from kezhi.builtin.imports.services import batch_for, import_file, revert

pytestmark = [pytest.mark.services]

HEAD = "合同编号,客户代码,合同类型,标的,签订日期,生效日期,到期日期,合同金额,币种,我方签订人,对方签订人,条款\n"


@pytest.fixture
def imported(app: Flask) -> Callable[..., Any]:
    """``imported("A-1,KH-1,…")`` imports rows under :data:`HEAD`: all, or none when one is wrong."""

    def run(*lines: str) -> Any:
        return import_file("contracts", (HEAD + "\n".join(lines) + "\n").encode(), "合同.csv")

    return run


def newest() -> Batch:
    db.session.rollback()
    return batch_for(db.session.scalars(select(func.max(Batch.id))).one())


def every() -> list[tuple[Any, ...]]:
    db.session.rollback()
    found = db.session.scalars(visible(Contract).order_by(Contract.number))
    return [(each.number, each.kind, each.valid_to, each.amount, each.currency, each.version) for each in found]


@pytest.mark.clause("CUS-13", "CUS-08")
def test_a_file_enters_and_changes_contracts_and_the_same_file_again_changes_nothing(
    make_customer: Any, imported: Any
) -> None:
    make_customer(code="KH-1", name="澄湖贸易有限公司")
    lines = (
        'A-1,KH-1,长期协议,框架,2026-01-01,,2026-12-31,"1,234.50",,马成,王建国,月结',
        "A-2,KH-1,Strategic agreement,,,,,,,,,",
        "A-3,KH-1,supply,日元,2026-02-01,2026-02-01,,500,JPY,马成,王建国,",
    )
    imported(*lines)
    assert every() == [
        ("A-1", "long_term", date(2026, 12, 31), 123450, "CNY", 1),
        ("A-2", "strategic", None, None, "CNY", 1),
        ("A-3", "supply", None, 500, "JPY", 1),
    ]
    first = db.session.scalars(visible(Contract).where(Contract.number == "A-1")).one()
    assert (first.valid_from, first.their_party, first.origin) == (date(2026, 1, 1), "澄湖贸易有限公司", "import")
    imported(*lines)
    assert {version for *_rest, version in every()} == {1}, "the same again changes nothing"
    assert db.session.scalars(select(Change)).all() == []
    imported("A-1,KH-1,长期协议,,,,2027-06-30,2000,,,,")
    assert every()[0] == ("A-1", "long_term", date(2027, 6, 30), 200000, "CNY", 2)
    kept = db.session.scalars(select(Change).order_by(Change.field)).all()
    assert [(each.field, each.old, each.new, each.source) for each in kept] == [
        ("amount", "1234.50 CNY", "2000.00 CNY", "import"), ("valid_to", "2026-12-31", "2027-06-30", "import"),
    ]  # fmt: skip
    same = db.session.scalars(visible(Contract).where(Contract.number == "A-1")).one()
    assert (same.title, same.terms) == ("框架", "月结"), "an empty cell leaves what is stored"


@pytest.mark.clause("CUS-13", "CUS-08")
def test_each_wrong_row_says_why(make_customer: Any, imported: Any, add_person: Any) -> None:
    make_customer(code="KH-1")
    other = make_customer(code="KH-2").id
    with writing():
        services.create_contract({"customer_id": other, "kind": "supply", "number": "B-1"})
    wrong = {
        "C-1,KH-9,supply,,,,,,,,,": "KH-9",
        "C-2,,supply,,,,,,,,,": "prospect number",
        "C-3,KH-1,买卖,,,,,,,,,": "买卖",
        "C-4,KH-1,supply,,2026-01-01,,,,,马成,,": "both sides",
        "C-5,KH-1,supply,,,2026-02-01,2026-01-31,,,,,": "last day",
        "C-6,KH-1,supply,,2199-01-01,,,,,马成,王建国,": "day to come",
        "C-7,KH-1,supply,,,,,1.50,JPY,,,": "JPY",
        "C-8,KH-1,supply,,,,,-5,,,,": "-5",
        "B-1,KH-1,supply,,,,,,,,,": "B-1",
    }
    imported(*wrong)
    batch = newest()
    found = dict(db.session.execute(select(Problem.row, Problem.message).where(Problem.batch_id == batch.id)).all())
    assert batch.failed == len(wrong)
    for number, (line, words) in enumerate(wrong.items(), 2):
        assert words in found[number], (line, found[number])
    assert [number for number, *_rest in every()] == ["B-1"]
    # who does not see a customer hears that there is none, and that a number is taken
    with writing():
        set_permissions("salesperson", role_permissions("salesperson") | {"contracts.import", "imports.use"})
    with acting_as(add_person("clerk", "salesperson")):
        imported("C-1,KH-1,supply,,,,,,,,,", "B-1,KH-2,supply,,,,,,,,,")
    assert newest().failed == 2


@pytest.mark.clause("CUS-13", "CUS-08")
def test_a_reverted_import_leaves_things_as_they_were(make_customer: Any, imported: Any) -> None:
    make_customer(code="KH-1")
    imported("A-1,KH-1,supply,旧,2026-01-01,,2026-12-31,10,,马成,王建国,")
    before = every()
    imported("A-1,KH-1,quality,新,,,2027-12-31,20,,,,", "A-2,KH-1,intent,,,,,,,,,")
    assert len(every()) == 2
    revert(newest().id)
    after = every()
    assert [row[:-1] for row in after] == [row[:-1] for row in before]
    told = db.session.scalars(select(Change).where(Change.source == "revert").order_by(Change.field)).all()
    assert [(each.field, each.old, each.new) for each in told] == [
        ("amount", "20.00 CNY", "10.00 CNY"), ("kind", "quality", "supply"), ("title", "新", "旧"),
        ("valid_to", "2027-12-31", "2026-12-31"),
    ]  # fmt: skip


@pytest.mark.clause("CUS-13", "CUS-08")
def test_an_export_can_be_imported_again(make_customer: Any, imported: Any) -> None:
    make_customer(code="KH-1")
    imported("A-1,KH-1,supply,阀门,2026-01-01,,2026-12-31,10.05,,马成,王建国,月结")
    before = every()
    text = ",".join(HEADER) + "\n" + "\n".join(",".join(row) for row in rows()) + "\n"
    db.session.rollback()
    result = import_file("contracts", text.encode(), "again.csv")
    assert (result["unchanged"], result["failed"]) == (1, 0)
    assert every() == before
