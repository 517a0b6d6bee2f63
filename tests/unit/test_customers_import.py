"""Customer files in and out as CSV (CUS-08, with CUS-01 and CUS-06)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import User, acting_as, db, writing
from kezhi.builtin.customers import services
from kezhi.builtin.customers.checks import checks
from kezhi.builtin.customers.models import Customer, StagedKey
from kezhi.builtin.customers.services import entries
from kezhi.builtin.customers.services.profile import stored_values
from kezhi.builtin.imports.models import Problem
from kezhi.builtin.imports.services import export_file, import_file

pytestmark = pytest.mark.services

CREDIT_CODE = "91330106MA2H3K7Q4Q"
OTHER_CREDIT_CODE = "91430100MA4L2B9X75"
#: the columns of a well-known sample company, with values of our own: foreign, accented, with leading zeros
FOREIGN = """customer_code,name,contact_name,contact_title,address,city,region,postal_code,country,phone,fax
ALTEN,Altenhof Futter,Maria Berg,Sales Representative,Obere Gasse 5,Berlin,,02209,Germany,030-1174321,030-1176545
TAQUE,Taquería Núñez,Ana Núñez,Owner,Avda. Central 22,México D.F.,,05021,Mexico,(5) 555-1729,
HOLDR,"Hold, Ringe & Søn",Ole Søn,Owner,"Vej 3
2. th",Århus,SP,8200,Denmark,86 21 32 44,86 22 33 43
"""


def table(*rows: dict[str, str]) -> bytes:
    """A CSV file of these rows."""
    head = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, head, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def load(*rows: dict[str, str], **options: Any) -> dict[str, Any]:
    """Import these rows; the document with its counts."""
    return import_file("customers", table(*rows), "customers.csv", **options)


def counts(document: dict[str, Any]) -> tuple[int, int, int, int]:
    return document["created"], document["updated"], document["unchanged"], document["failed"]


def problems(level: str) -> list[tuple[int, str, str]]:
    statement = sa.select(Problem.row, Problem.column, Problem.message).where(Problem.level == level)
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement.order_by(Problem.id))]


def everybody() -> dict[str, Customer]:
    return {each.name: each for each in db.session.scalars(sa.select(Customer).order_by(Customer.id))}


@pytest.fixture(autouse=True)
def year_2026(app: Flask, clock_at: Callable[[datetime], None]) -> None:
    clock_at(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))


# ── matching ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_a_row_belongs_to_the_record_with_its_code_else_number_else_credit_code_else_it_is_new() -> None:
    with writing():
        services.create_customer({"name": "代码公司", "code": "KH-1"})
        services.create_customer({"name": "潜在公司"}, prospect=True)
        services.create_customer({"name": "信用公司", "credit_code": CREDIT_CODE})
    document = load(
        {"客户代码": "KH-1", "客户名称": "代码公司", "城市": "杭州"},
        {"潜在客户编号": "P-000001", "客户名称": "潜在公司", "城市": "宁波", "客户代码": "KH-9"},
        {"统一社会信用代码": CREDIT_CODE, "客户名称": "信用公司", "城市": "苏州"},
        {"客户名称": "新公司", "城市": "上海"},
    )
    assert counts(document) == (1, 3, 0, 0)
    found = {name: (each.code, each.city) for name, each in everybody().items()}
    assert found == {
        "代码公司": ("KH-1", "杭州"),
        "潜在公司": ("KH-9", "宁波"),
        "信用公司": ("KH-2026-0001", "苏州"),
        "新公司": ("KH-2026-0002", "上海"),
    }
    assert [finding for check in checks() for finding in check.run(db.session())] == []


@pytest.mark.clause("CUS-01", "CUS-08")
def test_an_import_never_changes_a_code() -> None:
    with writing():
        services.create_customer({"name": "信用公司", "credit_code": CREDIT_CODE, "code": "KH-1"})
    document = load({"code": "KH-2", "name": "信用公司", "credit_code": CREDIT_CODE, "city": "苏州"})
    assert counts(document) == (0, 1, 0, 0)
    assert (everybody()["信用公司"].code, everybody()["信用公司"].city) == ("KH-1", "苏州")
    assert [(row, column) for row, column, _text in problems("warning")] == [(2, "code")]


@pytest.mark.clause("CUS-01")
def test_an_import_gives_no_code_that_was_given_before() -> None:
    with writing():
        gone = services.create_customer({"name": "甲公司", "code": "KH-1"})
        db.session.execute(sa.delete(Customer).where(Customer.id == gone.id))
    assert counts(load({"code": "KH-1", "name": "乙公司"})) == (0, 0, 0, 1)
    assert [(row, column) for row, column, _text in problems("error")] == [(2, "code")]


def test_two_rows_for_one_record_are_refused() -> None:
    with writing():
        services.create_customer({"name": "甲公司", "code": "KH-1", "credit_code": CREDIT_CODE})
    document = load({"code": "KH-1", "name": "甲公司"}, {"credit_code": CREDIT_CODE, "name": "乙公司"})
    assert counts(document)[3] == 1
    assert everybody()["甲公司"].version == 1


def test_a_credit_code_of_several_records_does_not_say_which() -> None:
    with writing():
        for name in ("甲公司", "乙公司"):
            services.create_customer({"name": name, "credit_code": CREDIT_CODE})
    assert counts(load({"credit_code": CREDIT_CODE, "name": "丙公司"})) == (0, 0, 0, 1)


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-05", "CUS-08")
def test_an_update_keeps_every_change_and_leaves_what_the_file_leaves_empty() -> None:
    load({"code": "KH-1", "name": "甲公司", "phone": "0571-88120001", "city": "杭州", "trade_since": "2019-03-01"})
    document = load({"code": "KH-1", "name": "甲公司", "phone": "", "city": "宁波", "trade_since": "2020/4/1"})
    assert counts(document) == (0, 1, 0, 0)
    customer = everybody()["甲公司"]
    assert (customer.phone, customer.city, customer.version) == ("0571-88120001", "宁波", 2)
    kept = {each.field: (each.old, each.new, each.source) for each in services.changes(customer.id)}
    assert kept == {"city": ("杭州", "宁波", "import"), "trade_since": ("2019-03-01", "2020-04-01", "import")}
    assert [str(each.title) for each in services.timeline(customer, 9)] == [
        "Changed by an import",
        "Customer file opened by an import",
    ]


@pytest.mark.clause("CUS-08")
def test_the_same_file_again_changes_nothing() -> None:
    rows = (
        {"code": "KH-1", "name": "甲 公司", "business_type": "贸易公司", "founded_on": "2011年6月18日"},
        {"name": "乙公司", "credit_code": CREDIT_CODE, "website": "www.b.cn"},
    )
    assert counts(load(*rows)) == (2, 0, 0, 0)
    assert counts(load(*rows)) == (0, 0, 2, 0)
    assert {each.version for each in everybody().values()} == {1}


@pytest.mark.clause("CUS-04", "CUS-08")
def test_owner_and_department_come_from_the_file_or_stay(add_person: Callable[..., User]) -> None:
    from kezhi.builtin.accounts import services as accounts

    with writing():
        east = accounts.add_department("华东一部").id
        accounts.add_department("华南部")
    add_person("liting", "salesperson", department_id=east)
    add_person("zhangwei", "salesperson")
    load({"code": "KH-1", "name": "甲公司", "owner": "liting"}, {"code": "KH-2", "name": "乙公司"})
    assert [name for name, _place, _from, _to in services.owners(everybody()["甲公司"].id)] == ["liting"]
    assert everybody()["甲公司"].department_id == east
    assert everybody()["乙公司"].owner_id is None
    load({"code": "KH-1", "name": "甲公司", "负责人": "zhangwei", "部门": "华南部"})
    history = [(name, place, to is None) for name, place, _from, to in services.owners(everybody()["甲公司"].id)]
    assert history == [("zhangwei", "华南部", True), ("liting", "华东一部", False)]
    assert counts(load({"code": "KH-1", "name": "甲公司", "owner": "nobody"})) == (0, 0, 0, 1)
    assert [finding for check in checks() for finding in check.run(db.session())] == []


@pytest.mark.clause("CUS-02", "CUS-08")
def test_product_groups_come_in_one_cell_and_a_retired_one_is_not_given_anew(tmp_path: Path) -> None:
    with writing():
        made = [entries.add_entry("product_group", {"zh": zh}) for zh in ("瓷砖", "管材", "门、窗")]
    retired, (tiles, pipes, doors) = made[0].id, [each.key for each in made]
    load(
        {"code": "KH-1", "name": "甲公司", "产品组": "管材；瓷砖"},
        {"code": "KH-2", "name": "乙公司", "产品组": "门、窗"},
    )
    found = {name: stored_values(each)["product_groups"] for name, each in everybody().items()}
    assert found == {"甲公司": f"{tiles},{pipes}", "乙公司": doors}
    again = {"code": "KH-1", "name": "甲公司", "产品组": "瓷砖，管材"}
    assert counts(load(again, {"code": "KH-2", "name": "乙公司", "产品组": ""})) == (0, 0, 2, 0)
    assert counts(load(again | {"产品组": "瓷砖"})) == (0, 1, 0, 0)
    customer = everybody()["甲公司"]
    assert stored_values(customer)["product_groups"] == tiles
    assert [(each.field, each.old, each.new) for each in services.changes(customer.id)] == [
        ("product_groups", f"{tiles},{pipes}", tiles)
    ]
    document = load(again | {"产品组": "瓷砖、木料"})
    assert counts(document) == (0, 0, 0, 1)
    assert "“木料”" in document["errors"][0]["message"]
    with writing():
        entries.retire_entry(retired, 1)
    assert counts(load(again)) == (0, 1, 0, 0), "who has a retired group keeps it"
    document = load({"code": "KH-2", "name": "乙公司", "产品组": "瓷砖"})
    assert counts(document) == (0, 0, 0, 1)
    assert stored_values(everybody()["乙公司"])["product_groups"] == doors
    path = tmp_path / "customers.csv"
    export_file("customers", path)
    assert "瓷砖, 管材" in path.read_text("utf-8")
    assert counts(import_file("customers", path)) == (0, 0, 2, 0)


# ── errors and warnings ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_a_wrong_credit_code_is_an_error_with_its_row_and_column() -> None:
    rows = ({"code": "KH-1", "name": "甲公司"}, {"code": "KH-2", "name": "乙公司", "credit_code": "91330106MA2H3K7Q4X"})
    assert counts(load(*rows))[3] == 1
    assert everybody() == {}
    ((row, column, message),) = problems("error")
    assert (row, column) == (3, "credit_code")
    assert "91330106MA2H3K7Q4X" in message
    assert counts(load(*rows, skip_bad_rows=True)) == (1, 0, 0, 1)
    assert list(everybody()) == ["甲公司"]


@pytest.mark.clause("CUS-06", "CUS-08")
def test_odd_values_and_suspected_duplicates_are_warnings_and_kept_as_written() -> None:
    load({"code": "KH-1", "name": "甲公司", "credit_code": CREDIT_CODE, "phone": "0571-88120001"})
    document = load(
        {"code": "KH-2", "name": "甲　公司", "phone": "12", "business_type": "集市", "credit_code": OTHER_CREDIT_CODE},
        {
            "code": "KH-3",
            "name": "乙公司",
            "phone": "(0571)88120001",
            "business_type": "",
            "credit_code": OTHER_CREDIT_CODE,
        },
    )
    assert counts(document) == (2, 0, 0, 0)
    assert {(row, column) for row, column, _text in problems("warning")} == {
        (2, "phone"),
        (2, "business_type"),
        (2, "name"),
        (3, "phone"),
        (3, "credit_code"),
    }
    assert any("KH-1" in text for row, column, text in problems("warning") if (row, column) == (2, "name"))
    assert (everybody()["甲 公司"].phone, everybody()["甲 公司"].business_type) == ("12", "集市")


@pytest.mark.clause("CUS-04", "CUS-08")
def test_who_imports_cannot_reach_what_they_may_not_see(add_person: Callable[..., User], app: Flask) -> None:
    from kezhi.builtin.accounts.models import RolePermission

    with writing():
        services.create_customer({"name": "甲公司", "code": "KH-1", "city": "杭州", "phone": "0571-88120001"})
        row = {"role_key": "salesperson", "permission": "customers.import", "granted": True}
        db.session.execute(sa.insert(RolePermission), [row])
    with acting_as(add_person("liting", "salesperson")):
        document = load({"code": "KH-1", "name": "甲公司", "city": "宁波"}, skip_bad_rows=True)
        assert counts(document) == (0, 0, 0, 1)
        load({"code": "KH-2", "name": "乙公司", "phone": "0571-88120001"})
        assert [text for _row, column, text in problems("warning") if column == "phone"] == [
            "Perhaps a duplicate: Phone as in another customer file."
        ]
    assert everybody()["甲公司"].city == "杭州"


# ── a real file, and back ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_english_columns_are_recognised_without_a_map() -> None:
    content = FOREIGN.encode()
    document = import_file("customers", content, "customers.csv")
    assert counts(document) == (3, 0, 0, 0)
    assert document["ignored"] == []
    first = services.customer_by_code("ALTEN")
    assert (first.name, first.contact_title, first.postal_code) == ("Altenhof Futter", "Sales Representative", "02209")
    assert services.customer_by_code("HOLDR").address == "Vej 3\n2. th"
    assert counts(import_file("customers", content, "customers.csv")) == (0, 0, 3, 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StagedKey)) == 0


@pytest.mark.clause("CUS-08")
def test_an_export_read_back_changes_nothing(tmp_path: Path, add_person: Callable[..., User]) -> None:
    owner = add_person("liting", "salesperson")
    with writing():
        services.create_customer({"name": "甲公司", "stage": "new", "notes": "一\n二", "owner_id": owner.id})
        services.create_customer({"name": "乙公司"}, prospect=True)
    path = tmp_path / "customers.csv"
    assert export_file("customers", path) == 2
    assert counts(import_file("customers", path)) == (0, 0, 2, 0)


@pytest.mark.clause("CUS-08")
def test_the_number_of_statements_does_not_depend_on_the_rows(statements: Callable[[], Any]) -> None:
    def rows(start: int, count: int, city: str) -> list[dict[str, str]]:
        numbers = range(start, start + count)
        return [{"code": f"C-{n}", "name": f"公司{n}", "city": city, "phone": f"0571-88{n:06}"} for n in numbers]

    load(*rows(9000, 1, "绍兴"))  # what an app looks up once belongs to no file
    needed = []
    for start, count in ((0, 3), (1000, 60)):
        with statements() as creating:
            load(*rows(start, count, "杭州"))
        with statements() as updating:
            load(*rows(start, count, "宁波"))
        needed.append((creating.count, updating.count))
    assert needed[0] == needed[1]
