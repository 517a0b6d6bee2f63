"""Who sees which orders: those of the customers they see, on every way there is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import NotFound, acting_as, db, visible, writing
from kezhi.builtin.imports.services import export_file, import_file
from kezhi.errors import Refused
from kezhi_trade import services
from kezhi_trade.models import CustomerTrade, Order
from kezhi_trade.panels import facts, panels, timeline_sources

pytestmark = [pytest.mark.plugins("trade")]

HEADER = "number,customer_code,order_date,amount\n"


@pytest.fixture
def seller(app: Any, add_person: Any, customer: Any, order: Any) -> Any:
    """A salesperson with one customer of their own, beside one of somebody else's."""
    person = add_person("seller", "salesperson")
    own, other = customer("OWN", owner_id=person.id), customer("OTHER")
    order(own, "2026-03-01", 100_00, number="MINE")
    order(other, "2026-03-01", 200_00, number="THEIRS")
    return person


def ids(number: str) -> int:
    table = Order.__table__
    return int(db.session.execute(select(table.c.id).where(table.c.number == number)).scalar_one())


def test_a_salesperson_sees_the_orders_of_their_own_customers(seller: Any) -> None:
    with acting_as(seller):
        assert [order.number for order in db.session.scalars(visible(Order))] == ["MINE"]
        assert [order.number for order in db.session.scalars(select(Order))] == ["MINE"]  # the net
        assert [row.total_amount for row in db.session.scalars(select(CustomerTrade))] == [100_00]
        with pytest.raises(NotFound):
            services.find_order(ids("THEIRS"))
        with pytest.raises(NotFound):
            services.order_by_number("THEIRS")


def test_nobody_writes_orders_of_customers_they_do_not_see(seller: Any) -> None:
    table = Order.__table__
    theirs = db.session.execute(select(table.c.customer_id).where(table.c.number == "THEIRS")).scalar_one()
    values = {"customer_id": theirs, "number": "X", "order_date": date(2026, 1, 1)}
    with acting_as(seller):
        with pytest.raises(NotFound), writing():
            services.create_order({**values, "amount": 1})
        with pytest.raises(NotFound), writing():
            services.update_order(ids("MINE"), 1, {"customer_id": theirs})
        with pytest.raises(NotFound), writing():
            services.cancel_order(ids("THEIRS"), 1)
        with pytest.raises(Refused, match="THEIRS"), writing():
            services.update_order(ids("MINE"), 1, {"number": "THEIRS"})
    rows = db.session.execute(select(table.c.number, table.c.version, table.c.status).order_by(table.c.number)).all()
    assert [tuple(row) for row in rows] == [("MINE", 1, "open"), ("THEIRS", 1, "open")]


def test_a_change_by_somebody_who_sees_little_keeps_the_whole_summary(seller: Any) -> None:
    with acting_as(seller), writing():
        services.update_order(ids("MINE"), 1, {"amount": 5_00})
    summary = CustomerTrade.__table__
    assert sorted(db.session.scalars(select(summary.c.total_amount))) == [5_00, 200_00]


def test_lists_pages_and_exports_hold_the_same_orders(seller: Any, client_as: Any, tmp_path: Path) -> None:
    client = client_as(login="seller")
    page = client.get("/trade").get_data(as_text=True)
    assert "MINE" in page
    assert "THEIRS" not in page
    assert client.get(f"/trade/{ids('MINE')}").status_code == 200
    theirs, missing = client.get(f"/trade/{ids('THEIRS')}"), client.get("/trade/4711")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    exported = client.get("/trade?format=csv").get_data(as_text=True)
    assert "MINE" in exported
    assert "THEIRS" not in exported
    with acting_as(seller):
        export_file("orders", tmp_path / "orders.csv")
    assert "THEIRS" not in (tmp_path / "orders.csv").read_text("utf-8-sig")


def test_who_may_not_write_is_answered_like_a_page_that_does_not_exist(seller: Any, client_as: Any) -> None:
    client, mine = client_as(login="seller"), ids("MINE")
    for address in ("/trade/new", f"/trade/{mine}/edit", f"/trade/{mine}/cancel"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"version": "1", "number": "X"}).status_code == 404
    assert db.session.execute(select(Order.__table__.c.version)).scalars().all() == [1, 1]


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("order-clerk", 200, 200),
        ("finance", 200, 200),
        ("general-manager", 200, 404),
        ("salesperson", 200, 404),
        ("technical-department", 404, 404),
        ("customer-service-agent", 404, 404),
        ("administrator", 200, 200),
    ],
)
def test_roles_read_and_write_by_default(client_as: Any, role: str, read: int, write: int) -> None:
    client = client_as(role)
    assert client.get("/trade").status_code == read
    assert client.get("/trade?format=csv").status_code == read
    assert client.get("/trade/new").status_code == write


def test_the_customers_page_shows_figures_only_to_who_may_read_them(seller: Any, add_person: Any) -> None:
    from kezhi.builtin.customers.models import Customer

    agent = add_person("agent", "customer-service-agent")
    with acting_as(agent):
        record = db.session.scalars(select(Customer).where(Customer.code == "OWN")).one()
        assert (facts(record, agent), panels(record, agent), timeline_sources(record, agent)) == ([], [], [])


def test_an_import_reaches_only_customers_that_the_person_sees(add_person: Any, customer: Any, order: Any) -> None:
    chief = add_person("chief", "sales-manager")  # sees a department, and belongs to none
    own = customer("OWN", owner_id=chief.id)
    customer("OTHER")
    order(own, "2026-03-01", number="MINE")
    with acting_as(chief):
        result = import_file("orders", f"{HEADER}MINE,OWN,2026-03-01,7\nNEW,OTHER,2026-03-01,7\n".encode(), "o.csv")
    assert [(error["row"], error["column"]) for error in result["errors"]] == [(3, "customer_code")]


def test_an_import_does_not_overwrite_an_order_one_does_not_see(add_person: Any, customer: Any, order: Any) -> None:
    chief = add_person("chief", "sales-manager")
    customer("OWN", owner_id=chief.id)
    order(customer("OTHER"), "2026-03-01", 3_00, number="THEIRS")
    with acting_as(chief):
        result = import_file("orders", f"{HEADER}THEIRS,OWN,2026-03-01,7\n".encode(), "o.csv")
    assert [(error["row"], error["column"]) for error in result["errors"]] == [(2, "number")]
    assert services.order_by_number("THEIRS").amount == 3_00
