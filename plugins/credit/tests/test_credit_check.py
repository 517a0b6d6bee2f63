"""May this be shipped today? The check, reservations and releases (CRD-05, CRD-08)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, writing
from kezhi.builtin.approvals.services import sign
from kezhi_credit import services
from kezhi_credit.models import Limit, Release, Reservation
from kezhi_credit.services.reserving import end_for

pytestmark = [pytest.mark.plugins("credit"), pytest.mark.services]

YUAN = 100


def codes(answer: Any) -> list[str]:
    return [f"{each.level} {each.code}" for each in answer.reasons]


def check(customer_id: int, yuan: int, order: str = "", **more: Any) -> Any:
    db.session.rollback()
    return services.check(customer_id, yuan * YUAN, order, **more)


@pytest.mark.clause("CRD-05")
def test_up_to_the_limit_it_is_allowed_near_it_warned_above_it_blocked(customer: Any, rated: Any, books: Any) -> None:
    one = customer("K1")
    rated(one, "B")  # 500,000
    books.owe(one, not_due=300_000 * YUAN)
    easy, near, above = check(one, 100_000), check(one, 100_001), check(one, 200_001)
    assert (easy.decision, codes(easy)) == ("allow", [])
    assert (near.decision, codes(near)) == ("warn", ["warn high"])
    assert (above.decision, codes(above)) == ("block", ["block over_limit"])
    assert (above.limit, above.exposure, above.free, above.overdue) == tuple(
        n * YUAN for n in (500_000, 300_000, 200_000, 0)
    )
    assert check(one, 200_000).decision == "warn"  # the last free yuan may be used
    books.owe(one, overdue_1_30=1_000 * YUAN, overdue_days_max=30)
    assert codes(check(one, 1)) == ["warn overdue"]
    books.owe(one, overdue_31_60=1_000 * YUAN, overdue_days_max=31)
    assert (check(one, 1).decision, codes(check(one, 1))) == ("block", ["block overdue"])  # however much is free
    watch = customer("K2")
    rated(watch, "C")
    assert codes(check(watch, 10_000)) == ["warn deposit", "note security"]
    books.owe(watch, deposits=3_000 * YUAN)
    assert (check(watch, 10_000).decision, codes(check(watch, 10_000))) == ("allow", ["note security"])
    for wrong in (-1, 10**15):
        with pytest.raises(Refused):
            check(one, wrong)


@pytest.mark.clause("CRD-08")
def test_who_is_not_rated_pays_first_and_so_does_who_ships_on_payment(customer: Any, rated: Any, books: Any) -> None:
    stranger, poor = customer("K1"), customer("K2")
    rated(poor, "D")
    for who, code in ((stranger, "not_rated"), (poor, "on_payment")):
        assert (check(who, 1).decision, codes(check(who, 1))) == ("block", [f"block {code}", "block not_paid"])
        books.owe(who, deposits=5_000 * YUAN, ordered_not_shipped=2_000 * YUAN)
        assert (check(who, 3_000).decision, codes(check(who, 3_000))) == ("allow", [f"note {code}"])
        assert check(who, 3_001).decision == "block"
    with writing():
        day = clock.today()
        for who in (stranger, poor):
            db.session.add(
                Limit(number=f"XE-{who}", customer_id=who, amount=9_000 * YUAN, valid_from=day, valid_to=day,
                      reason="x", state="approved", requested_at=clock.now(), requested_by="system",
                      decided_at=clock.now())
            )  # fmt: skip
    assert check(stranger, 4_000).decision == "block"  # cash only until rated, whatever was approved
    assert check(poor, 4_000).decision == "allow"  # a limit was approved for this very customer


@pytest.mark.clause("CRD-04", "CRD-05", "CRD-08")
def test_with_no_source_of_receivables_the_check_warns_or_blocks_who_ships_on_payment(
    customer: Any, rated: Any
) -> None:
    good, poor, stranger = customer("K1"), customer("K2"), customer("K3")
    rated(good, "B")
    rated(poor, "D")
    assert (check(good, 1).decision, codes(check(good, 1))) == ("warn", ["warn unknown"])
    assert check(good, 500_001).decision == "block"  # more than the whole limit is too much, whatever is owed
    assert check(poor, 1).decision == check(stranger, 1).decision == "block"
    assert "block unknown" in codes(check(poor, 1))
    assert check(good, 1).exposure is None


@pytest.mark.clause("CRD-05")
def test_what_is_reserved_is_gone_until_the_order_a_cancel_or_a_day_later(
    customer: Any, rated: Any, books: Any, clock_at: Any
) -> None:
    one = customer("K1")
    rated(one, "B", review_on=clock.today() + timedelta(days=900))
    now = clock.now()
    first = check(one, 300_000, "DD-1", reserve=True)
    assert first.reservation_id is not None
    refused = check(one, 300_000, "DD-2", reserve=True)
    assert (refused.decision, refused.free, refused.reservation_id) == ("block", 200_000 * YUAN, None)
    assert check(one, 500_000, "DD-1").decision == "warn"  # what is kept for this order does not stand in its way
    again = check(one, 350_000, "DD-1", reserve=True)  # once more for the same order: in place of the first
    assert check(one, 0).reserved == 350_000 * YUAN
    with writing():
        services.cancel(again.reservation_id)
    assert check(one, 0).reserved == 0
    with pytest.raises(Conflict), writing():
        services.cancel(again.reservation_id)
    check(one, 100_000, "DD-3", reserve=True)
    books.owe(one, ordered_not_shipped=100_000 * YUAN)
    books.order(one, "DD-3")  # the order is there: it counts itself, and once
    assert (check(one, 0).reserved, check(one, 0).free) == (0, 400_000 * YUAN)
    check(one, 50_000, "DD-4", reserve=True)
    with writing():
        assert end_for(one, "DD-4") == 1
    check(one, 60_000, "DD-5", reserve=True)
    clock_at(now + timedelta(hours=23))
    assert check(one, 0).reserved == 60_000 * YUAN
    clock_at(now + timedelta(hours=25))
    assert check(one, 0).reserved == 0  # no job has run


@pytest.mark.clause("CRD-05")
def test_a_block_is_released_once_for_one_order_by_somebody_else(
    customer: Any, rated: Any, books: Any, house: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    rated(one, "B")
    books.owe(one, not_due=500_000 * YUAN)
    with acting_as(house.seller):
        for values, field in (
            ((one, "", 1, "x"), "order"),
            ((one, "DD-9", 0, "x"), "amount"),
            ((one, "DD-9", 1, ""), "reason"),
        ):
            with pytest.raises(Refused) as refused:
                services.ask_release(*values)
            assert refused.value.field == field
        request_id = services.ask_release(one, "DD-9", 80_000 * YUAN, "客户承诺周五付款").request_id
        with pytest.raises(Conflict):
            services.ask_release(one, "DD-9", 1 * YUAN, "x")
        with pytest.raises(Refused):
            sign(request_id, "")
        assert check(one, 80_000, "DD-9", reserve=True).decision == "block"
    with acting_as(house.manager):
        sign(request_id, "同意")
    with acting_as(house.seller):
        assert check(one, 80_000, "DD-8").decision == "block"  # not for another order
        assert check(one, 80_001, "DD-9").decision == "block"  # not for more
        looked = check(one, 80_000, "DD-9")
        assert (looked.decision, looked.reasons[0].code) == ("allow", "released")
        done = check(one, 80_000, "DD-9", reserve=True)
        assert (done.decision, done.release_number) == ("allow", "FX-000001")
        assert check(one, 80_000, "DD-9").decision == "allow"  # its credit is kept
        with writing():
            services.cancel(done.reservation_id)
        assert check(one, 80_000, "DD-9", reserve=True).decision == "block"  # it held once
    assert db.session.scalars(select(Release.used_at)).one() is not None


def test_other_apps_and_the_command_ask_the_same_question(
    app: Any, customer: Any, rated: Any, books: Any, house: Any
) -> None:
    from kezhi_credit.commands import check as command

    one, other = customer("K1", owner_id=house.seller.id), customer("K2")
    rated(one, "B")
    books.owe(one, not_due=450_000 * YUAN, overdue_1_30=1 * YUAN, overdue_days_max=3)
    call = current_app.extensions["kezhi"].call
    with acting_as(house.seller):
        with writing():
            answer = call.credit_check(customer_id=one, amount=10_000 * YUAN, order="DD-1", reserve=True)
        assert (answer["decision"], answer["reservation"]) == ("warn", 1)
        with pytest.raises(NotFound):
            services.check(other, 1)
    with writing():
        call.credit_order_ended(customer_id=one, order="DD-1")
    run = app.test_cli_runner().invoke(command, ["K1", "60000", "--order", "DD-2", "--json"])
    said = json.loads(run.output)
    assert (said["decision"], said["limit"], said["free"]) == ("block", 500_000 * YUAN, 49_999 * YUAN)
    assert [(each["code"], each["level"]) for each in said["reasons"]] == [("over_limit", "block"), ("overdue", "warn")]
    assert "block" in app.test_cli_runner().invoke(command, ["K1", "60000"]).output


def test_the_page_answers_at_a_glance_and_the_buttons_work(
    customer: Any, rated: Any, books: Any, house: Any, client_as: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    hidden = customer("K2")
    rated(one, "B")
    books.owe(one, not_due=400_000 * YUAN)
    client = client_as(login="seller")

    def page(address: str) -> str:
        return re.sub(r"\s+", " ", client.get(address).get_data(as_text=True))

    assert "可以发货" in page("/credit/check?customer=k1&amount=1000")
    assert "可以发货" in page("/credit/check?customer=客户 K1&amount=1000")
    for name in ("K2", "客户 K2", "nobody"):
        assert client.get(f"/credit/check?customer={name}&amount=1").status_code == 422
    begun = client.get("/credit/check?customer=K1")  # from the customer: the amount is still to be typed
    assert (begun.status_code, 'value="K1"' in begun.get_data(as_text=True)) == (200, True)
    wrong = client.get("/credit/check?customer=K1&amount=viel")
    assert (wrong.status_code, 'value="viel"' in wrong.get_data(as_text=True)) == (422, True)
    blocked = page("/credit/check?customer=K1&amount=200,000&order=DD-7")
    assert "不能发货" in blocked
    assert "¥100,000" in blocked  # so much over
    assert db.session.scalars(select(Reservation.id)).all() == []  # asking changes nothing
    sent = {"customer_id": one, "amount": "50,000", "order": "DD-6", "submission_key": "same"}
    for _time in range(2):
        assert client.post("/credit/check/reserve", data=sent).status_code == 302
    db.session.rollback()
    kept = db.session.scalars(select(Reservation)).all()
    assert [(each.amount, each.order_number) for each in kept] == [(50_000 * YUAN, "DD-6")]
    reservation_id = kept[0].id
    assert "DD-6" in page(f"/credit/customers/{one}")
    assert client.post("/credit/check/reserve", data={**sent, "customer_id": hidden}).status_code == 404
    asked = {"customer_id": one, "amount": "200000", "order": "DD-7"}
    form = page(f"/credit/check/release?customer_id={one}&amount=200000&order=DD-7")
    assert "¥200,000.00" in form
    assert client.post("/credit/check/release", data={**asked, "reason": ""}).status_code == 422
    assert client.post("/credit/check/release", data={**asked, "reason": "老客户"}).status_code == 302
    assert "FX-000001" in page(f"/credit/customers/{one}")
    client.post(f"/credit/reservations/{reservation_id}/cancel")
    db.session.rollback()
    assert db.session.get(Reservation, reservation_id).ended_at is not None
    assert client_as("finance").post("/credit/reservations/999/cancel").status_code == 404
