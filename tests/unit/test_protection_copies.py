"""Nothing that was typed into a protected field stands readable in the database, wherever it went (CUS-11)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import db, writing
from kezhi.builtin.customers import services
from kezhi.builtin.customers.fields import CONTACT_PROTECTED, FIELDS
from kezhi.builtin.customers.models import Contact, Customer
from kezhi.builtin.customers.services.profile import stored_values
from kezhi.builtin.imports.services import apply_batch, export_file, import_file, revert, stage
from kezhi.builtin.protection import sealed
from kezhi.builtin.search import services as search

pytestmark = pytest.mark.services

CODES = ("91330106MA2H3K7Q4Q", "91430100MA4L2B9X75", "91110000600037341L")
KEYS = [key for key, field in FIELDS.items() if field.protected]
MARK = "Zq7"


def marked(turn: int) -> dict[str, str]:
    """A value of every protected field that nothing else in the database looks like."""
    special = {
        "credit_code": CODES[turn],
        "phone": f"0571-77{turn}0{turn}9{turn}1",
        "email": f"{MARK}mail{turn}@marker.cn",
    }
    return {key: special.get(key, f"{MARK}{key}{turn}") for key in KEYS}


def person(turn: int) -> dict[str, str]:
    special = {
        "phone": f"13977{turn}0{turn}9{turn}1",
        "email": f"{MARK}person{turn}@marker.cn",
        "birthday": f"1977-0{turn + 3}-1{turn}",
    }
    return {key: special.get(key, f"{MARK}person{key}{turn}") for key in CONTACT_PROTECTED}


def everything(app: Flask) -> str:
    """All that the database's files hold, or every column of every table as text."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        path = str(db.engine.url.database)
        found = b""
        for name in (path, f"{path}-wal"):
            try:
                with open(name, "rb") as file:
                    found += file.read()
            except FileNotFoundError:
                assert name != path
        return found.decode("latin-1")
    pieces = []
    with db.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f'SELECT CAST(t.* AS TEXT) FROM "{table}" AS t'))  # noqa: S608
            pieces += [str(row[0]) for row in rows]
    return "\n".join(pieces)


def markers() -> Iterator[str]:
    for turn in range(3):
        for values in (marked(turn), person(turn)):
            yield from values.values()
        digits = "".join(char for char in marked(turn)["phone"] if char.isdigit())
        yield digits
        yield marked(turn)["email"].lower()
        yield person(turn)["email"].lower()


def file_of(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.mark.clause("CUS-11")
def test_no_copy_of_a_protected_value_is_readable_in_the_database(app: Flask, client_as: Any) -> None:
    clerk = client_as("customer-information-clerk")
    answer = clerk.post("/customers/new", data={"name": "甲公司", "code": "A-1", **marked(0)})
    assert answer.status_code == 302
    first = db.session.scalars(sa.select(Customer.id)).one()
    with writing():
        services.add_contact(first, person(0))
        services.add_analysis(first, f"{MARK}personname0 谈判强硬")
        services.update_customer(first, 1, marked(1))  # what was there goes into the history
    bad = {"code": "A-3", "name": "丙公司", **marked(2), "email": f"{MARK}notes1 no address", "city": ""}
    rows = ({"code": "A-1", "name": "甲公司", **marked(2), "city": "宁波"},
            {"code": "A-2", "name": "乙公司", **marked(0), "city": ""}, bad)  # fmt: skip
    batch = stage("customers", file_of(*rows), "customers.csv")
    assert (batch.created, batch.updated, batch.failed) == (1, 1, 1)
    apply_batch(batch.id, True)
    people = ({"customer_code": "A-1", **person(0), "phone": person(1)["phone"]}, {"customer_code": "A-2", **person(2)})
    document = import_file("contacts", file_of(*people), "people.csv")
    assert (document["created"], document["updated"]) == (1, 1)
    search.work_off()
    held = everything(app)
    found = sorted({marker for marker in markers() if marker in held})
    assert found == []
    assert sealed.PREFIX in held
    found_one = db.session.scalars(sa.select(Customer).where(Customer.code == "A-1")).one()
    values = stored_values(found_one)
    assert {key: values[key] for key in KEYS} == marked(2), "and whoever may see it has it whole"
    stands = {each.name: each.phone for each in db.session.scalars(sa.select(Contact))}
    assert stands == {person(0)["name"]: person(1)["phone"], person(2)["name"]: person(2)["phone"]}
    page = clerk.get(f"/customers/{first}?section=people").get_data(as_text=True)
    assert person(0)["preferences"] in page
    for typed in (marked(2)["phone"], marked(2)["email"].upper(), CODES[2], person(1)["phone"]):
        names = [hit.heading for group in search.find(typed) for hit in group.hits]
        assert names == ["甲公司"], typed


@pytest.mark.clause("CUS-08", "CUS-11")
def test_an_import_knows_what_is_unchanged_and_a_revert_puts_back_what_opens(app: Flask, tmp_path: Any) -> None:
    with writing():
        first = services.create_customer({"name": "甲公司", "code": "A-1", **marked(0)}).id
    same = {"code": "A-1", "name": "甲公司", **marked(0)}
    document = import_file("customers", file_of(same), "same.csv")
    assert (document["created"], document["updated"], document["unchanged"]) == (0, 0, 1)
    batch = stage("customers", file_of({**same, **marked(1), "phone": marked(0)["phone"]}), "other.csv")
    assert batch.updated == 1
    apply_batch(batch.id, False)
    values = stored_values(services.customer_by_id(first))
    assert {key: values[key] for key in KEYS} == {**marked(1), "phone": marked(0)["phone"]}
    revert(batch.id)
    values = stored_values(services.customer_by_id(first))
    assert {key: values[key] for key in KEYS} == marked(0)
    assert [hit.code for hit in services.duplicates({"credit_code": CODES[0]})] == ["A-1"]
    path = tmp_path / "customers.csv"
    assert export_file("customers", path) == 1
    text = path.read_text(encoding="utf-8-sig")
    assert all(value in text for value in marked(0).values()), "files are as before for those who may have them"
    document = import_file("customers", path)
    assert (document["created"], document["updated"], document["unchanged"]) == (0, 0, 1)
