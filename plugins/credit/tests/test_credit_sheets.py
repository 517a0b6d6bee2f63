"""The score card and the credit rating sheet: suggested, proposed by sales, decided by finance (CRD-01, CRD-02)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, writing
from kezhi.builtin.approvals.services import reject, request_by_id, send_back, sign
from kezhi_credit import services
from kezhi_credit.models import CardVersion, Rating, Sheet
from kezhi_credit.services.cards import Band, Card, Criterion
from kezhi_credit.services.scoring import weigh

pytestmark = [pytest.mark.plugins("credit")]
POINT = 1000


def stored(sheet_id: int) -> Any:
    db.session.rollback()
    return db.session.execute(select(Sheet.__table__).where(Sheet.__table__.c.id == sheet_id)).mappings().one()


def of(key: str) -> int:
    return int(services.class_by_key(key)["id"])


@pytest.mark.services
@pytest.mark.clause("CRD-01", "CRD-02")
def test_a_sheet_by_sales_decided_by_finance_is_the_customers_class_from_that_day(
    customer: Any, investigated: Any, house: Any, standing_of: Any, add_person: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    with acting_as(house.seller), pytest.raises(Refused):  # nothing holds: it would be a guess
        services.fill_in(one, of("B"), "合作稳定")
    assert db.session.scalars(select(Sheet.id)).all() == []
    investigated(one, registry="good", bank="good", visit="good", references="good", court="good")
    with writing():  # without an app that keeps trade only what was found out has figures
        card = services.card_in_force()
        services.save_card(replace(card, least=30), "试行期间")
    with acting_as(house.seller):
        sheet = services.fill_in(one, of("B"), "合作稳定")
        number, sheet_id, request_id = sheet.number, sheet.id, sheet.request_id
        with pytest.raises(Conflict):
            services.fill_in(one, of("A"), "再来一次")
        with pytest.raises(Refused):  # never one's own
            services.decide_sheet(sheet_id, of("B"))
    assert (stored(sheet_id)["state"], stored(sheet_id)["decided_id"], standing_of(one)["class_key"]) == (
        "waiting", None, None,
    )  # fmt: skip
    judged = stored(sheet_id)["content"]["judged"]
    assert (judged["grade"], judged["score"], stored(sheet_id)["suggested_key"]) == ("A", 100 * POINT, "A")
    missing = {line["metric"]: line["missing"] for line in judged["lines"]}
    assert missing["trade.collection_rate"] == "excluded"
    assert missing["credit.finding_bank"] == ""
    with acting_as(house.finance):
        with pytest.raises(Refused) as refused:  # another class than the proposed one says why
            services.decide_sheet(sheet_id, of("C"))
        assert refused.value.field == "reason"
        assert stored(sheet_id)["state"] == "waiting"
        assert services.may_decide(services.sheet_by_id(sheet_id))
        services.decide_sheet(sheet_id, of("C"), "无历史往来，先按关注类")
    kept = stored(sheet_id)
    assert (kept["state"], kept["decided_id"], kept["decided_by"]) == ("approved", of("C"), "finance")
    assert standing_of(one)["class_key"] == "C"
    rating = db.session.get(Rating, kept["rating_id"])
    assert (rating.source, rating.created_by, rating.valid_from) == ("sheet", "finance", clock.today())
    assert number in rating.reason
    assert "先按关注类" in rating.reason
    with acting_as(house.finance), pytest.raises(Conflict):
        services.decide_sheet(sheet_id, of("A"), "x")
    assert request_by_id(request_id).signatures[-1].user_login == "finance"
    other = add_person("other", "salesperson")
    with acting_as(other), pytest.raises(NotFound):
        services.sheet_by_id(sheet_id)


@pytest.mark.services
@pytest.mark.clause("CRD-02")
def test_what_was_put_up_is_frozen_and_comes_back_to_who_filled_it_in(
    customer: Any, investigated: Any, house: Any, standing_of: Any, books: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    books.owe(one, overdue_31_60=5_000_00, overdue_days_max=40)
    investigated(one, registry="fair", bank="fair")
    with acting_as(house.seller):
        sheet_id = services.fill_in(one, of("A"), "大客户").id
    before = stored(sheet_id)
    assert before["content"]["facts"]["overdue"] == 5_000_00
    assert (before["content"]["judged"]["grade"], before["suggested_key"]) == (None, "")  # too few figures
    request_id = before["request_id"]
    books.owe(one, not_due=1)
    with acting_as(house.finance):
        send_back(request_id, "逾期情况请说明")
    assert (stored(sheet_id)["state"], stored(sheet_id)["content"]) == ("returned", before["content"])
    with acting_as(house.seller):
        again = services.fill_in(one, of("B"), "已还清")
        assert (again.id, again.request_id, again.content["facts"]["overdue"]) == (sheet_id, request_id, 0)
    with writing():  # nobody signs what they did not see
        db.session.execute(Sheet.__table__.update().where(Sheet.__table__.c.id == sheet_id).values(opinion="改"))
    with acting_as(house.finance), pytest.raises(Refused):
        services.decide_sheet(sheet_id, of("B"))
    assert (stored(sheet_id)["decided_id"], standing_of(one)["class_key"]) == (None, None)
    with writing():
        db.session.execute(Sheet.__table__.update().where(Sheet.__table__.c.id == sheet_id).values(opinion="已还清"))
    with acting_as(house.finance):
        sign(request_id, "同意")  # in the inbox: the class as proposed
    assert (stored(sheet_id)["decided_id"], standing_of(one)["class_key"]) == (of("B"), "B")
    with acting_as(house.seller):
        second = services.fill_in(one, of("A"), "再评")
        second_id, request_id = second.id, second.request_id
    with acting_as(house.finance):
        reject(request_id, "为时过早")
    assert (stored(second_id)["state"], stored(second_id)["decided_id"]) == ("rejected", None)
    assert standing_of(one)["class_key"] == "B"


@pytest.mark.services
@pytest.mark.clause("CRD-01")
def test_every_change_of_the_score_card_is_a_version_and_a_wrong_one_says_where(house: Any) -> None:
    card = services.card_in_force()
    first = card.criteria[0]
    assert (card.version, card.weight, [key for key, _cut in card.cuts]) == (1, 100, ["A", "B", "C", "D"])

    def with_first(**values: Any) -> Card:
        return replace(card, criteria=(replace(first, **values), *card.criteria[1:]))

    for wrong, field in (
        (with_first(weight=0), "weight_0"),
        (with_first(bands=(Band(None, 0), Band(5, 1), Band(5, 2))), "bands_0"),
        (with_first(bands=(Band(1, 0),)), "bands_0"),
        (with_first(bands=(Band(None, 101 * POINT),)), "bands_0"),
        (replace(card, criteria=()), None),
        (replace(card, criteria=(first, first)), None),
        (replace(card, cuts=(("A", 50_000), ("B", 50_000), ("C", 1), ("D", None))), "cut_1"),
        (replace(card, cuts=(("A", 50_000), ("B", None))), None),
        (replace(card, least=101), "least"),
    ):
        with acting_as(house.finance), pytest.raises(Refused) as refused, writing():
            services.save_card(wrong, "试")
        assert refused.value.field == field
    with acting_as(house.finance), pytest.raises(Refused) as refused, writing():
        services.save_card(with_first(weight=30), " ")
    assert refused.value.field == "reason"
    assert db.session.scalars(select(CardVersion.version)).all() == [1]
    with acting_as(house.finance), writing():
        assert services.save_card(with_first(weight=30), "回款更重要") == 2
    with acting_as(house.finance), pytest.raises(Conflict), writing():  # opened before
        services.save_card(with_first(weight=40), "x")
    with acting_as(house.finance), writing():
        now = services.card_in_force()
        assert services.save_card(now, "") == 2  # nothing changed
    assert [(each.version, each.reason) for each in services.card_versions()] == [(2, "回款更重要"), (1, "")]


bands = st.lists(st.integers(0, 100_000), min_size=1, max_size=3)


@pytest.mark.clause("CRD-01")
@given(
    st.lists(st.tuples(st.integers(1, 1000), bands, st.none() | st.integers(-1, 4)), min_size=1, max_size=4),
    st.integers(1, 99_999),
    st.integers(0, 100),
)
def test_a_class_is_cut_exactly_and_figures_that_are_missing_share_their_weight(
    drawn: list[tuple[int, list[int], int | None]], cut: int, least: int
) -> None:
    criteria, values, counted = [], {}, []
    for place, (weight, points, value) in enumerate(drawn):
        steps = tuple(Band(None if n == 0 else n, p) for n, p in enumerate(points))
        criteria.append(Criterion(f"m{place}", {}, "count", weight, steps))
        values[f"m{place}"] = value
        if value is not None:
            counted.append((points[max(0, min(value, len(points) - 1))], weight))
    card = Card(1, 12, least, tuple(criteria), (("A", cut), ("B", None)))
    found = weigh(card, values)
    known = sum(weight for _p, weight in counted)
    if not known:
        assert (found.score, found.grade) == (None, None)
        return
    exact = Fraction(sum(p * weight for p, weight in counted), known)
    assert abs(exact - found.score) <= Fraction(1, 2)
    enough = Fraction(known, card.weight) >= Fraction(least, 100)
    assert found.grade == (("A" if exact >= cut else "B") if enough else None)
