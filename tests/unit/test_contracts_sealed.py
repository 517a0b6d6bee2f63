"""Who signed a contract, what was agreed on and why it ended lie sealed in the database (CUS-11, CUS-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kezhi import Refused, clock, db, writing
from kezhi.builtin.contracts.models import Change, Contract
from kezhi.builtin.contracts.services import contract_by_id, create_contract, terminate_all, update_contract
from kezhi.builtin.contracts.services.sealing import sealed_tables
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.imports.services import apply_batch, import_file, revert, stage
from kezhi.builtin.protection import sealed, services
from kezhi.builtin.protection.services.resealing import misplaced
from kezhi.builtin.search import services as search

from .traces import tables_with

pytestmark = [pytest.mark.services, pytest.mark.clause("CUS-11", "CUS-13")]

OURS, THEIRS, NEW, IMPORTED = "司马标记甲", "诸葛标记乙", "上官标记丙", "东方标记丁"
TERMS, REASON, SEVERAL = "标记条款：月结六十天", "标记原因：对方停业", "标记原因：一并终止"
MARKERS = (OURS, THEIRS, NEW, IMPORTED, TERMS, REASON, SEVERAL)
DAY = date(2026, 1, 5)


@pytest.fixture
def customer(app: Flask) -> int:
    with writing():
        return int(create_customer({"name": "甲公司", "code": "A-1"}).id)


def make(customer: int, number: str, **values: Any) -> Any:
    given = {"customer_id": customer, "kind": "supply", "number": number, "our_signer": OURS, "their_signer": THEIRS}
    with writing():
        return create_contract(given | {"signed_on": DAY, "valid_to": date(2030, 1, 1), "terms": TERMS} | values).id


def signers() -> dict[str, tuple[str, str, str]]:
    db.session.rollback()
    found = db.session.execute(sa.select(Contract.number, Contract.our_signer, Contract.their_signer, Contract.terms))
    return {number: (ours, theirs, terms) for number, ours, theirs, terms in found}


def named(typed: str) -> list[str]:
    return [hit.heading for group in search.find(typed) for hit in group.hits]


def test_no_copy_of_a_signer_a_term_or_a_reason_is_readable(
    app: Flask, customer: int, client_as: Callable[..., FlaskClient]
) -> None:
    first, second, third = (make(customer, f"HT-{at}") for at in range(3))
    with writing():
        update_contract(first, 1, {"their_signer": NEW, "terms": f"{TERMS}，改为九十天"})
    text = f"number,kind,customer_code,their_signer,our_signer\nHT-1,supply,A-1,{IMPORTED},{OURS}\n"
    text += f"HT-9,supply,A-1,{THEIRS},{IMPORTED}\n"
    batch = stage("contracts", text.encode(), "contracts.csv")
    assert (batch.created, batch.updated, batch.failed) == (1, 1, 0)
    apply_batch(batch.id, False)
    again = import_file("contracts", text.encode(), "again.csv")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2), "equal values are known as equal"
    chosen = sa.select(Contract.id).where(Contract.id.in_([second, third]))
    with writing():
        assert terminate_all(chosen, clock.today() + timedelta(days=3), SEVERAL) == 2
    assert tables_with(*MARKERS) == {}
    assert misplaced(sealed_tables()) == []

    assert signers()["HT-1"] == (OURS, IMPORTED, TERMS)
    assert signers()["HT-9"] == (IMPORTED, THEIRS, "")
    assert contract_by_id(third).termination_reason == SEVERAL
    history = {tuple(row) for row in db.session.execute(sa.select(Change.field, Change.old, Change.new))}
    assert {
        ("their_signer", THEIRS, NEW),
        ("their_signer", THEIRS, IMPORTED),
        ("termination_reason", "", SEVERAL),
    } <= history
    assert sorted(named(THEIRS)) == ["HT-2", "HT-9"]
    assert named(THEIRS[:-1]) == [], "the complete name only"
    page = client_as("administrator")
    assert NEW in page.get(f"/contracts/{first}").get_data(as_text=True)
    listed = page.get(f"/contracts?f.our_signer={IMPORTED}").get_data(as_text=True)
    assert ("HT-9" in listed, "HT-1" in listed) == (True, False)

    revert(batch.id, what_can=True)
    assert signers()["HT-1"] == (OURS, THEIRS, TERMS), "an end is no value that the file had"
    assert "HT-9" not in signers()


def test_an_import_is_reverted_and_contracts_of_before_are_taken_up(app: Flask, customer: int) -> None:
    first = make(customer, "HT-0")
    batch = stage(
        "contracts", f"number,kind,customer_code,their_signer\nHT-0,supply,A-1,{IMPORTED}\n".encode(), "one.csv"
    )
    apply_batch(batch.id, False)
    assert (signers()["HT-0"][1], named(IMPORTED), named(THEIRS)) == (IMPORTED, ["HT-0"], [])
    with writing():
        services.rotate(("index",))
    assert named(IMPORTED) == ["HT-0"], "in the middle of a rotation"
    services.renew("fields")
    revert(batch.id)
    assert (signers()["HT-0"][1], named(IMPORTED), named(THEIRS)) == (THEIRS, [], ["HT-0"])

    clear = "UPDATE contracts_contract SET their_signer = :name, their_signer_key = '', our_signer = '', terms = '', "
    clear += "termination_reason = '', seal = NULL, seal_version = NULL"
    with writing():
        db.session.execute(sa.text(clear), {"name": NEW})
        db.session.execute(sa.text("UPDATE contracts_change SET old = :name, seal_version = NULL"), {"name": OURS})
    assert signers()["HT-0"] == ("", NEW, ""), "read as it lies there"
    with pytest.raises(Refused):
        stage("contracts", f"number,kind,customer_code,their_signer\nHT-0,supply,A-1,{NEW}\n".encode(), "two.csv")
    services.renew("fields")
    assert tables_with(*MARKERS) == {}
    assert (signers()["HT-0"], named(NEW)) == (("", NEW, ""), ["HT-0"])
    stored = db.session.execute(sa.text("SELECT their_signer FROM contracts_contract")).scalar_one()
    assert sealed.version_of(stored) == 2
    with writing():
        update_contract(first, contract_by_id(first).version, {"our_signer": OURS})
    assert signers()["HT-0"] == (OURS, NEW, "")
