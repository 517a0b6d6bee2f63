"""The pages of shipments, invoices and receipts: enter, match, undo, void (TRD-01)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import db
from kezhi_trade.models import Invoice, Match, Receipt

pytestmark = [pytest.mark.plugins("trade")]


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", str(answer.get_data(as_text=True)))


def form(number: str, **values: str) -> dict[str, str]:
    return {"customer": "K1", "number": number, "happened_on": "2026-03-01", "amount": "1,000.00", "currency": "CNY",
            **values}  # fmt: skip


def left(model: Any) -> list[tuple[int, str]]:
    db.session.rollback()
    return [(row.matched, row.status) for row in db.session.scalars(select(model).order_by(model.id))]


def test_a_clerk_books_an_invoice_and_what_was_paid_of_it(customer: Any, client_as: Any) -> None:
    customer("K1")
    client = client_as("order-clerk")
    assert client.post("/trade/invoices/new", data=form("F1", due_on="2026-02-28")).status_code == 422
    answer = client.post("/trade/invoices/new", data=form("F1", due_on=""))
    page = text(client.get(answer.location))
    assert "¥1,000.00" in page
    assert "2026-03-31" in page  # 30 days
    receipt = client.post("/trade/receipts/new", data=form("R1", amount="800", kind="payment")).location
    version, invoice = "1", db.session.scalars(select(Invoice.id)).one()
    refused = client.post(f"{receipt}/match", data={"version": version, f"amount-{invoice}": "800.01"})
    assert refused.status_code == 422
    assert 'value="800.01"' in text(refused)  # nothing typed is lost
    assert (left(Invoice), left(Receipt)) == ([(0, "valid")], [(0, "valid")])
    client.post(f"{receipt}/match", data={"version": version, f"amount-{invoice}": "300"})
    stale = client.post(f"{receipt}/match", data={"version": version, f"amount-{invoice}": "300"})
    assert stale.status_code == 422  # a second click on an old page matches nothing more
    assert left(Receipt) == [(300_00, "valid")]
    client.post(f"{receipt}/match", data={"version": "2", "how": "oldest"})
    assert (left(Invoice), left(Receipt)) == ([(800_00, "valid")], [(800_00, "valid")])
    assert client.post(f"/trade/invoices/{invoice}/void", data={"version": "3"}).status_code == 200  # matched: refused
    assert left(Invoice) == [(800_00, "valid")]
    client.post(f"{receipt}/unmatch", data={"invoice": invoice})
    assert db.session.scalars(select(Match.id)).all() == []
    version = str(db.session.scalars(select(Invoice.version)).one())
    client.post(f"/trade/invoices/{invoice}/void", data={"version": version})
    assert left(Invoice) == [(0, "void")]
    for kind in ("shipments", "invoices", "receipts"):
        for face in ("", "?face=board"):
            assert client.get(f"/trade/{kind}{face}").status_code == 200


def test_who_may_only_read_sees_no_way_to_book(customer: Any, client_as: Any) -> None:
    customer("K1")
    clerk = client_as("order-clerk")
    shown = clerk.post("/trade/receipts/new", data=form("R1", kind="payment")).location
    reader = client_as("sales-director")
    page = text(reader.get(shown))
    assert "R1" in page
    assert "/edit" not in page
    for address in (f"{shown}/edit", f"{shown}/void", "/trade/receipts/new"):
        assert reader.get(address).status_code == 404
    assert reader.post(f"{shown}/match", data={"version": "1", "how": "oldest"}).status_code == 404
