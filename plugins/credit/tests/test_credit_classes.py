"""Credit classes, ratings and limits of a customer's own (CRD-01, CRD-03, CRD-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, set_setting, writing
from kezhi.builtin.approvals.models import Request
from kezhi.builtin.approvals.services import send_back, sign
from kezhi_credit import services
from kezhi_credit.models import Limit, Rating, Terms

pytestmark = [pytest.mark.plugins("credit"), pytest.mark.services]

YUAN = 100
LIMITS: Any = Limit.__table__


def terms(key: str) -> dict[str, Any]:
    return dict(services.class_by_key(key))


def stored(limit_id: int) -> Any:
    db.session.rollback()
    return db.session.execute(select(Limit.__table__).where(Limit.__table__.c.id == limit_id)).mappings().one()


@pytest.mark.clause("CRD-03")
def test_four_classes_are_shipped_and_every_change_of_their_terms_is_a_version(app: Any, house: Any) -> None:
    assert [(row["key"], row["delivery"]) for row in services.all_classes()] == [
        ("A", "credit"), ("B", "credit"), ("C", "credit"), ("D", "payment"),
    ]  # fmt: skip
    before = terms("B")
    with acting_as(house.finance), writing():
        services.change_class(before["id"], 1, {**before, "amount": 600_000 * YUAN, "days": 45}, "市场放宽")
    assert (terms("B")["amount"], terms("B")["days"], terms("B")["version"]) == (600_000 * YUAN, 45, 2)
    history = services.versions_of(before["id"])
    assert [(each.version, each.amount, each.reason) for each in history] == [
        (2, 600_000 * YUAN, "市场放宽"), (1, 500_000 * YUAN, ""),
    ]  # fmt: skip
    with pytest.raises(Conflict), writing():  # somebody else had opened version 1
        services.change_class(before["id"], 1, {**before, "amount": 1}, "x")
    for values, field in (
        ({"reason": ""}, "reason"),
        ({"ways": []}, "ways"),
        ({"limit_kind": "turnover", "share": 0}, "share"),
        ({"review_months": 0}, "review_months"),
        ({"zh": "优秀"}, "zh"),
        ({"delivery": "gift"}, "delivery"),
        ({"amount": -1}, "amount"),
    ):
        given = {"reason": "试", **values}
        with pytest.raises(Refused) as refused, writing():
            services.change_class(before["id"], 2, {**terms("B"), "amount": 7, **given}, given["reason"])
        assert refused.value.field == field
    assert db.session.scalar(select(Terms.version).order_by(Terms.version.desc()).limit(1)) == 2


@pytest.mark.clause("CRD-03")
def test_a_customer_of_a_class_has_its_limit_and_who_has_none_has_nothing(
    customer: Any, rated: Any, standing_of: Any
) -> None:
    good, poor, stranger = customer("K1"), customer("K2"), customer("K3")
    rated(good, "B")
    rated(poor, "D")
    assert (standing_of(good)["limit"], standing_of(good)["limit_origin"]) == (500_000 * YUAN, "class")
    assert (standing_of(poor)["limit"], standing_of(poor)["delivery"]) == (0, "payment")
    assert (standing_of(stranger)["limit"], standing_of(stranger)["limit_origin"]) == (0, "no_class")
    with writing():  # what was approved for somebody without a class waits for the class
        day = clock.today()
        db.session.add(
            Limit(number="XE-1", customer_id=stranger, amount=9, valid_from=day, valid_to=day, reason="x",
                  state="approved", requested_at=clock.now(), requested_by="system", decided_at=clock.now())
        )  # fmt: skip
    assert standing_of(stranger)["limit"] == 0


def test_a_rating_takes_effect_by_its_date_and_what_was_before_stays(
    customer: Any, rated: Any, standing_of: Any
) -> None:
    one, today = customer("K1"), clock.today()
    rated(one, "B")
    rated(one, "A", valid_from=today + timedelta(days=10))
    assert standing_of(one)["class_key"] == "B"
    assert standing_of(one, today + timedelta(days=9))["class_key"] == "B"
    assert standing_of(one, today + timedelta(days=10))["class_key"] == "A"
    rated(one, "C")  # decided once more on the same day: the later decision counts
    assert standing_of(one)["class_key"] == "C"
    with writing():
        services.rate(one, None, today, "重新调查")
    assert standing_of(one)["class_key"] is None
    assert [rating.reason for rating in services.ratings_of(one)] == ["审定", "重新调查", "审定", "审定"]
    for values, field in (
        ({"valid_from": today - timedelta(days=1)}, "valid_from"),
        ({"reason": " "}, "reason"),
        ({"review_on": today}, "review_on"),
    ):
        with pytest.raises(Refused) as refused:
            rated(one, "A", **values)
        assert refused.value.field == field
    assert len(services.ratings_of(one)) == 4


@pytest.mark.clause("CRD-03")
def test_a_limit_of_its_own_holds_from_its_first_through_its_last_day_without_any_job(
    customer: Any, rated: Any, standing_of: Any, house: Any
) -> None:
    one, today = customer("K1", owner_id=house.seller.id, department_id=house.department_id), clock.today()
    rated(one, "B")
    first, last = today + timedelta(days=5), today + timedelta(days=34)
    with acting_as(house.seller):
        limit = services.ask_limit(one, 150_000 * YUAN, first, last, "旺季备货")
        limit_id, request_id = limit.id, limit.request_id
        with pytest.raises(Refused):  # nobody signs their own
            sign(request_id, "")
        with pytest.raises(Conflict):
            services.ask_limit(one, 1, first, last, "再来一次")
    assert stored(limit_id)["state"] == "waiting"
    assert standing_of(one, first)["limit"] == 500_000 * YUAN
    with acting_as(house.manager):
        sign(request_id, "同意")
    assert stored(limit_id)["state"] == "approved"
    days = (first - timedelta(days=1), first, last, last + timedelta(days=1))
    assert [standing_of(one, day)["limit"] // YUAN for day in days] == [500_000, 150_000, 150_000, 500_000]
    with writing():
        services.rate(one, services.class_by_key("D")["id"], today, "拖欠")
    assert standing_of(one, first)["limit"] == 150_000 * YUAN  # approved for this customer, whatever its class
    with writing():
        db.session.execute(update(Limit).where(Limit.id == limit_id).values(valid_from=today))
        services.end_limit(limit_id)
    assert standing_of(one)["limit"] == 0
    with pytest.raises(Conflict), writing():
        services.end_limit(limit_id)


@pytest.mark.clause("CRD-03")
def test_above_the_companys_set_sum_the_general_manager_signs_too(
    customer: Any, rated: Any, standing_of: Any, house: Any
) -> None:
    one, today = customer("K1", owner_id=house.seller.id, department_id=house.department_id), clock.today()
    rated(one, "B")
    with writing():
        set_setting("credit", "manager_limit", 100_000)
    with acting_as(house.seller):
        limit = services.ask_limit(one, 100_001 * YUAN, today, today, "大订单")
        limit_id, request_id = limit.id, limit.request_id
    with acting_as(house.manager):
        sign(request_id, "同意")
    assert (stored(limit_id)["state"], standing_of(one)["limit"]) == ("waiting", 500_000 * YUAN)
    with acting_as(house.chief):
        send_back(request_id, "金额太大")
    assert stored(limit_id)["state"] == "returned"
    with acting_as(house.seller):  # the same request goes on in a new round, with another amount
        again = services.ask_limit(one, 100_000 * YUAN, today, today, "减额")
        assert (again.id, again.request_id) == (limit_id, request_id)
    with writing():  # somebody alters it underneath: nobody signs what they did not see
        db.session.execute(
            update(Limit.__table__).where(Limit.__table__.c.id == limit_id).values(amount=9_000_000 * YUAN)
        )
    with acting_as(house.manager), pytest.raises(Refused):
        sign(request_id, "同意")
    with writing():
        db.session.execute(
            update(Limit.__table__).where(Limit.__table__.c.id == limit_id).values(amount=100_000 * YUAN)
        )
    with acting_as(house.manager):
        assert sign(request_id, "同意").status == "approved"
    assert standing_of(one)["limit"] == 100_000 * YUAN
    shown = str(db.session.get(Request, request_id).snapshot)
    assert "客户 K1" not in shown  # a snapshot outlives the file: it names codes only


def test_who_does_not_see_a_customer_can_do_nothing_about_its_credit(
    customer: Any, rated: Any, house: Any, add_person: Any, client_as: Any
) -> None:
    other = customer("K1")
    rated(other, "B")
    today = clock.today()
    with acting_as(house.seller):
        assert services.ratings_of(other) == []
        for act in (
            lambda: services.rate(other, None, today, "x"),
            lambda: services.ask_limit(other, 1, today, today, "x"),
        ):
            with pytest.raises(NotFound), writing():
                act()
    assert db.session.scalars(select(Rating.id)).all() != []
    assert db.session.scalars(select(Limit.id)).all() == []
    client = client_as(login="seller")
    assert client.get(f"/credit/customers/{other}").status_code == 404
    assert client.post(f"/credit/customers/{other}/limit", data={}).status_code == 404
    assert client.get(f"/credit/customers/{other}/class").status_code == 404


@pytest.mark.plugins("credit", "trade")
@pytest.mark.clause("CRD-03")
def test_a_limit_can_follow_the_turnover_with_tax_up_to_its_cap(customer: Any, rated: Any, standing_of: Any) -> None:
    from kezhi_trade.services import create_order

    small, large = customer("K1"), customer("K2")
    for who, amount in ((small, 1_000_000), (large, 100_000_000)):
        rated(who, "A")
        with writing():
            create_order(
                {"customer_id": who, "number": f"N{who}", "order_date": clock.today(), "amount": amount * YUAN}
            )
    assert standing_of(small)["limit"] == 339_000 * YUAN  # 30 % of 1,130,000
    assert standing_of(large)["limit"] == 5_000_000 * YUAN
    assert standing_of(small)["limit_origin"] == "turnover"


def test_without_a_source_of_turnover_such_a_limit_is_nothing_and_says_so(
    customer: Any, rated: Any, standing_of: Any
) -> None:
    one = customer("K1")
    rated(one, "A")
    assert (standing_of(one)["limit"], standing_of(one)["limit_origin"]) == (0, "no_turnover")
