"""Who is over the credit limit, on the first page (CRD-04)."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import acting_as, db, writing
from kezhi_credit.home import figures

pytestmark = [pytest.mark.services, pytest.mark.plugins("credit", "trade")]

YUAN = 100


@pytest.mark.clause("CRD-04")
def test_the_first_page_says_how_many_are_over_the_limit_and_by_how_much(
    app: Any, house: Any, customer: Any, rated: Any, client_as: Any
) -> None:
    from kezhi import clock
    from kezhi_trade.services import INVOICE, create_voucher

    def owe(customer_id: int, number: str, yuan: int) -> None:
        today = clock.today()
        with writing():
            create_voucher(INVOICE, {"customer_id": customer_id, "number": number, "amount": yuan * YUAN,
                                     "happened_on": today, "due_on": today})  # fmt: skip

    over, mine, other = customer("K1"), customer("K2", owner_id=house.seller.id), customer("K3")
    rated(customer("K4"), "C")
    for one, amount in ((over, 150_000), (mine, 101_000), (other, 130_000)):
        rated(one, "C")  # 100,000
        owe(one, f"F{one}", amount)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        with acting_as(house.finance):
            [all_of_it] = figures(house.finance)
        with acting_as(house.seller):
            [own] = figures(house.seller)
    assert (all_of_it.value, all_of_it.note, all_of_it.tone) == ("3", "¥81,000 in all", "bad")
    assert (own.value, own.note, own.tone) == ("1", "¥1,000 in all", "bad")
    db.session.rollback()
    finance = client_as(login="finance")
    assert "3<small>家" in finance.get("/").text
    listed = finance.get(all_of_it.url).text.partition("<tbody")[2]
    assert "K4" not in listed
    assert [code in listed for code in ("K1", "K2", "K3")] == [True, True, True]  # those that were counted
