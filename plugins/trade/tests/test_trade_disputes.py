"""The register of disputes: entered, settled, seen by who sees the customer, counted by date (TRD-09)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, db, visible, writing
from kezhi_trade import services
from kezhi_trade.models import Dispute

pytestmark = [pytest.mark.plugins("trade")]

YEAR = ("2025-01-01", "2025-12-31")


@pytest.fixture
def dispute(app: Any) -> Any:
    """``dispute(customer_id, "2025-03-01", gravity="serious")`` enters a dispute and returns its id."""

    def make(customer_id: int, day: str, **values: Any) -> int:
        given = {"customer_id": customer_id, "happened_on": date.fromisoformat(day), "subject": "交货延误"}
        with writing():
            return int(services.create_dispute({**given, **values}).id)

    return make


def stored(dispute_id: int) -> Dispute:
    db.session.expire_all()
    return db.session.execute(select(Dispute).where(Dispute.id == dispute_id)).scalar_one()


def form(**values: str) -> dict[str, str]:
    given = {"customer": "K1", "happened_on": "2025-03-01", "gravity": "serious", "subject": "色差", "state": "open"}
    return {**given, **values}


@pytest.mark.clause("TRD-09")
def test_a_serious_dispute_counts_in_the_period_of_its_date_whatever_became_of_it(
    customer: Any, dispute: Any, figures: Any
) -> None:
    one, other, quiet = customer("K1"), customer("K2"), customer("K3")
    dispute(one, "2025-01-01", gravity="serious")
    dispute(one, "2025-12-31", gravity="serious", state="closed", outcome="已赔付")
    dispute(one, "2025-06-01")
    dispute(one, "2024-12-31", gravity="serious")
    dispute(other, "2025-06-01")
    assert figures("trade.disputes_serious", *YEAR) == {one: 2}
    assert figures("trade.disputes", *YEAR) == {one: 3, other: 1}
    assert quiet not in figures("trade.disputes", *YEAR)


@pytest.mark.clause("TRD-09")
def test_years_without_a_serious_dispute_begin_anew_with_each(
    customer: Any, order: Any, dispute: Any, figures: Any
) -> None:
    calm, disturbed, later, stranger = (customer(f"K{index}") for index in range(4))
    for who in (calm, disturbed, later):
        order(who, "2020-01-10")
    dispute(calm, "2023-01-01")
    dispute(disturbed, "2023-06-01", gravity="serious")
    dispute(later, "2026-01-01", gravity="serious")
    dispute(stranger, "2023-01-01", gravity="serious")
    assert figures("trade.years_without_serious_dispute", *YEAR) == {calm: 5, disturbed: 2, later: 5}


@pytest.mark.clause("TRD-09")
def test_a_dispute_is_settled_only_with_its_outcome(customer: Any, dispute: Any) -> None:
    number = dispute(customer("K1"), "2025-03-01")
    with pytest.raises(Refused) as refused, writing():
        services.update_dispute(number, 1, {"state": "settled"})
    assert refused.value.field == "outcome"
    assert (stored(number).state, stored(number).version) == ("open", 1)
    with writing():
        services.update_dispute(number, 1, {"state": "settled", "outcome": "双方同意换货"})
    assert (stored(number).state, stored(number).outcome) == ("settled", "双方同意换货")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"happened_on": None}, "happened_on"),
        ({"happened_on": date(2999, 1, 1)}, "happened_on"),
        ({"subject": ""}, "subject"),
        ({"subject": "长" * 201}, "subject"),
        ({"gravity": "awful"}, "gravity"),
        ({"state": "gone"}, "state"),
        ({"number": "TAKEN"}, "number"),
    ],
)
def test_what_a_dispute_cannot_be(customer: Any, dispute: Any, values: Any, field: str) -> None:
    one = customer("K1")
    dispute(one, "2025-01-01", number="TAKEN")
    given = {"customer_id": one, "happened_on": date(2025, 1, 1), "subject": "少发货"}
    with pytest.raises(Refused) as refused, writing():
        services.create_dispute({**given, **values})
    assert refused.value.field == field
    assert [row.number for row in db.session.scalars(select(Dispute))] == ["TAKEN"]


def test_numbers_run_by_year_and_pass_over_those_given_by_hand(customer: Any, dispute: Any) -> None:
    one = customer("K1")
    dispute(one, "2025-01-01", number="JF-2025-0002")
    made = [stored(dispute(one, day)).number for day in ("2025-02-01", "2025-03-01", "2026-01-01")]
    assert made == ["JF-2025-0001", "JF-2025-0003", "JF-2026-0001"]


def test_a_slower_save_loses_and_sees_both_versions(customer: Any, dispute: Any, client_as: Any) -> None:
    number = dispute(customer("K1"), "2025-03-01")
    client = client_as("order-clerk")
    assert client.post(f"/trade/disputes/{number}/edit", data=form(version="1", subject="先存")).status_code == 302
    answer = client.post(f"/trade/disputes/{number}/edit", data=form(version="1", subject="后存"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "先存" in page
    assert 'value="后存"' in page
    with pytest.raises(Conflict), writing():
        services.update_dispute(number, 1, {"subject": "更晚"})
    assert (stored(number).subject, stored(number).version) == ("先存", 2)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"customer": "NOBODY"}, "customer"),
        ({"happened_on": "2025-02-30"}, "happened_on"),
        ({"subject": " "}, "subject"),
        ({"state": "closed"}, "outcome"),
        ({"gravity": "x"}, "gravity"),
    ],
)
def test_a_wrong_entry_keeps_what_was_typed(customer: Any, client_as: Any, values: Any, field: str) -> None:
    customer("K1")
    answer = client_as("order-clerk").post("/trade/disputes/new", data=form(number="MINE-7", **values))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-e"' in page
    assert 'value="MINE-7"' in page
    assert db.session.scalars(select(Dispute)).all() == []


def test_a_form_sent_twice_enters_one_dispute(customer: Any, client_as: Any) -> None:
    customer("K1")
    client = client_as("order-clerk")
    first, second = (client.post("/trade/disputes/new", data=form(submission_key="same")) for _ in range(2))
    assert (first.status_code, first.location) == (302, second.location)
    assert len(db.session.scalars(select(Dispute)).all()) == 1


def test_a_card_moves_to_another_lane_and_says_why_not(customer: Any, dispute: Any, client_as: Any) -> None:
    number = dispute(customer("K1"), "2025-03-01")
    client = client_as("order-clerk")
    assert "处理中" in client.get("/trade/disputes?face=board").get_data(as_text=True)
    client.post("/trade/disputes/move", data={"id": number, "lane": "closed"})
    assert stored(number).state == "open"
    assert "处理结果" in client.get("/trade/disputes?face=board").get_data(as_text=True)
    with writing():
        services.update_dispute(number, 1, {"outcome": "已退货"})
    client.post("/trade/disputes/move", data={"id": number, "lane": "closed"})
    assert stored(number).state == "closed"


@pytest.mark.clause("TRD-09")
def test_disputes_are_seen_by_who_sees_the_customer(
    customer: Any, dispute: Any, add_person: Any, client_as: Any
) -> None:
    seller = add_person("seller", "salesperson")
    own, other = customer("OWN", owner_id=seller.id), customer("OTHER")
    mine, theirs = dispute(own, "2025-03-01", number="MINE"), dispute(other, "2025-03-01", number="THEIRS")
    with acting_as(seller):
        assert [row.number for row in db.session.scalars(visible(Dispute))] == ["MINE"]
        with pytest.raises(NotFound):
            services.find_dispute(theirs)
        with pytest.raises(NotFound), writing():
            services.update_dispute(theirs, 1, {"subject": "x"})
        with pytest.raises(NotFound), writing():
            services.create_dispute({"customer_id": other, "happened_on": date(2025, 1, 1), "subject": "x"})
        with pytest.raises(Refused, match="THEIRS"), writing():
            services.update_dispute(mine, 1, {"number": "THEIRS"})
    assert stored(theirs).version == 1
    client = client_as(login="seller")
    page = client.get("/trade/disputes").get_data(as_text=True)
    assert "MINE" in page
    assert "THEIRS" not in page
    assert client.get(f"/trade/disputes/{theirs}").status_code == 404
    assert client.get(f"/trade/disputes/{mine}").status_code == 200
    shown = client.get(f"/customers/{own}?tab=trade").get_data(as_text=True)
    assert len(re.findall("MINE", shown)) >= 2  # panel and timeline


def test_the_list_takes_the_same_statements_for_one_dispute_and_for_many(
    customer: Any, dispute: Any, client_as: Any, statements: Any
) -> None:
    one, client = customer("K1"), client_as("order-clerk")
    dispute(one, "2025-03-01")
    client.get("/trade/disputes")
    with statements() as few:
        client.get("/trade/disputes")
    for _time in range(20):
        dispute(customer(f"N{_time}"), "2025-03-01")
    with statements() as many:
        client.get("/trade/disputes")
    assert many.count == few.count
