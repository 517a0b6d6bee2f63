"""The pages of months and of stock: whose turn it is, what is refused, and what comes from a file (TRD-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import db, set_setting, writing
from kezhi.builtin.imports.services import import_file
from kezhi.builtin.tasks.models import Task
from kezhi.builtin.tasks.services import sync
from kezhi_trade.models import Month, Stock

pytestmark = [pytest.mark.plugins("trade")]
TODAY = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)


def state() -> str | None:
    db.session.expire_all()
    return db.session.scalar(select(Month.state).where(Month.month == date(2026, 10, 1)))


@pytest.mark.clause("TRD-03")
def test_a_month_passes_from_desk_to_desk(customer: Any, order: Any, client_as: Any, clock_at: Any) -> None:
    """Each sees the button of their step only; what is late shows; who was told has a task until it is done."""
    clock_at(TODAY)
    with writing():
        set_setting("trade", "confirm_months", True)
        set_setting("trade", "first_month", date(2026, 10, 5))
    order(customer("K1"), "2026-10-05", number="SECRET-1")
    sales, analyst = client_as("sales-manager"), client_as("data-analyst")
    page = sales.get("/trade/months").get_data(as_text=True)
    assert "2026-10" in page
    assert "提交数据" in page
    with writing():
        sync("trade.submit_month")
        sync("trade.check_month")
    assert [task.reference for task in db.session.scalars(select(Task).where(Task.kind == "trade.submit_month"))] == [
        "2026-10"
    ]
    assert db.session.scalars(select(Task).where(Task.kind == "trade.check_month")).all() == []
    url = "/trade/months/2026-10"
    wrong = analyst.post(f"{url}/step", data={"step": "check", "version": "0", "note": "kept text"})
    assert wrong.status_code == 422
    assert "kept text" in wrong.get_data(as_text=True)
    assert state() is None
    assert sales.post(f"{url}/step", data={"step": "submit", "version": "0"}).status_code == 302
    assert state() == "submitted"
    again = sales.post(f"{url}/step", data={"step": "submit", "version": "0"})
    assert again.status_code == 422
    back = analyst.get(f"{url}/back").get_data(as_text=True)
    assert "退回2026-10？" in back
    empty = analyst.post(f"{url}/back", data={"state": "open", "version": "2", "reason": ""})
    assert (empty.status_code, state()) == (422, "submitted")
    sent = {"state": "open", "version": "2", "reason": "订单 D-7 缺利润"}
    assert analyst.post(f"{url}/back", data=sent).status_code == 302
    assert state() == "open"
    assert "订单 D-7 缺利润" in sales.get(url).get_data(as_text=True)
    assert client_as("salesperson").get(url).status_code == 404
    assert [sales.get(f"/trade/months/{month}").status_code for month in ("2026-13", "2027-01", "x")] == [404] * 3


@pytest.mark.clause("TRD-01")
@pytest.mark.services
def test_stock_from_a_file_and_the_same_file_again(customer: Any, app: Any, clock_at: Any) -> None:
    clock_at(TODAY)
    one, other = customer("K1"), customer("K2")
    text = "客户代码,月份,库存金额,呆滞库存\nK1,2026-10,400.00,100\nK2,2026年10月,80,\n"
    assert not import_file("stock", text.encode(), "a.csv")["failed"]
    changed = text.replace("100", "40")
    assert not import_file("stock", changed.encode(), "b.csv")["failed"]
    rows = db.session.execute(select(Stock.customer_id, Stock.held, Stock.dead, Stock.version).order_by(Stock.id))
    assert [tuple(row) for row in rows] == [(one, 400_00, 40_00, 2), (other, 80_00, 0, 1)]
    wrong = ("K9,2026-10,1,0", "K1,2026-12,1,0", "K2,2026-09,5,6", "K1,2026-08,1,0", "K1,2026-08,2,0")
    bad = "\n".join(("客户代码,月份,库存金额,呆滞库存", *wrong))
    found = import_file("stock", bad.encode(), "c.csv", skip_bad_rows=False)
    assert sorted(each["row"] for each in found["errors"]) == [2, 3, 4, 5, 6]
    assert len(db.session.execute(select(Stock.id)).all()) == 2


@pytest.mark.clause("TRD-01")
def test_stock_is_entered_and_changed_in_a_form(customer: Any, client_as: Any, clock_at: Any) -> None:
    clock_at(TODAY)
    customer("K1")
    keeper = client_as("data-analyst")
    assert "2026-10" in keeper.get("/trade/stock/new?customer=K1").get_data(as_text=True)
    values = {"customer": "K1", "month": "2026-10", "held": "400", "dead": "500"}
    assert keeper.post("/trade/stock/new", data=values).status_code == 422
    assert db.session.scalars(select(Stock)).all() == []
    made = keeper.post("/trade/stock/new", data=values | {"dead": "50"}).location
    assert keeper.post("/trade/stock/new", data=values | {"dead": "50"}).status_code == 422, "it is on record already"
    assert keeper.post(f"{made}/edit", data=values | {"dead": "60", "version": "1"}).status_code == 302
    stale = keeper.post(f"{made}/edit", data=values | {"dead": "70", "version": "1"})
    assert "70" in stale.get_data(as_text=True)
    db.session.expire_all()
    assert [(row.held, row.dead) for row in db.session.scalars(select(Stock))] == [(400_00, 60_00)]
    listed = keeper.get("/trade/stock?from.month=2026-10-01&to.month=2026-10-31").get_data(as_text=True)
    assert "¥400" in listed
    assert client_as("salesperson").get("/trade/stock/new").status_code == 404
