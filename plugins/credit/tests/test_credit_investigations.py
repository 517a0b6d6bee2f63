"""Credit investigations: asked for, done, valid by their dates; what they say as figures (CRD-02, CRD-06)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Period, Refused, acting_as, clock, db, set_setting, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.tasks.models import Task
from kezhi.builtin.tasks.services import sync
from kezhi.metrics import all_metrics
from kezhi_credit import services
from kezhi_credit.duties import INVESTIGATION
from kezhi_credit.models import Alert, Finding, Investigation
from kezhi_credit.services import Said
from kezhi_credit.services.ratings import months_later

pytestmark = [pytest.mark.plugins("credit"), pytest.mark.services]
UNSCOPED = {"kezhi_unscoped": True}


def row(investigation_id: int) -> Any:
    db.session.rollback()
    table = Investigation.__table__
    return db.session.execute(select(table).where(table.c.id == investigation_id)).mappings().one()


def figure(key: str, customer_id: int, day: Any = None) -> int | None:
    day = day or clock.today()
    chosen = select(Customer.__table__.c.id).where(Customer.__table__.c.id == customer_id)
    found = all_metrics()[key].select(Period(day, day), chosen).subquery()
    db.session.rollback()
    return db.session.scalar(select(found.c.value))


@pytest.mark.clause("CRD-02")
def test_an_investigator_is_asked_records_findings_and_the_investigation_holds_by_its_dates(
    customer: Any, house: Any, clock_at: Any, add_person: Any
) -> None:
    one, today = customer("K1", owner_id=house.seller.id, department_id=house.department_id), clock.today()
    other = add_person("other", "salesperson")
    given = {"investigator_id": house.seller.id, "due_on": today + timedelta(days=5), "occasion": "新客户授信"}
    with acting_as(house.finance):
        for wrong, field in (
            ({"occasion": " "}, "occasion"),
            ({"due_on": today - timedelta(days=1)}, "due_on"),
            ({"investigator_id": other.id}, "investigator_id"),  # does not see the customer
        ):
            with pytest.raises(Refused) as refused, writing():
                services.ask_investigation(one, **{**given, **wrong})
            assert refused.value.field == field
        with writing():
            asked = services.ask_investigation(one, **given).id
        with pytest.raises(Conflict), writing():
            services.ask_investigation(one, **given)
    with writing():
        assert sync(INVESTIGATION) == (1, 0)
    task = db.session.scalars(select(Task), execution_options=UNSCOPED).one()
    assert (task.owner_id, task.customer_id, task.closed_at) == (house.seller.id, one, None)

    said = {
        "registry": Said("good", "存续，实缴一千万"),
        "court": Said("poor", "2025年被执行一次"),
        "bank": Said("", ""),
    }
    with acting_as(house.manager), pytest.raises(NotFound), writing():  # sees it, but it is not theirs
        services.record(asked, said, today, None, "可授信", done=True)
    with acting_as(house.seller):
        for wrong_said, day, conclusion, field in (
            ({"bank": Said("", "良好")}, today, "可授信", "judgement_bank"),
            ({"bank": Said("good", " ")}, today, "可授信", "text_bank"),
            (said, None, "可授信", "investigated_on"),
            (said, today + timedelta(days=1), "可授信", "investigated_on"),
            (said, today, "", "conclusion"),
            ({}, today, "可授信", None),
        ):
            with pytest.raises(Refused) as refused, writing():
                services.record(asked, wrong_said, day, None, conclusion, done=True)
            assert refused.value.field == field
        assert (row(asked)["state"], db.session.scalars(select(Finding.id)).all()) == ("open", [])
        with writing():  # half of it today, the rest later
            services.record(asked, {"registry": said["registry"]}, None, None, "", done=False)
        with writing():
            services.record(asked, said, today, None, "可授信", done=True)
        with pytest.raises(Conflict), writing():
            services.record(asked, said, today, None, "改写", done=True)
    kept = row(asked)
    assert (kept["state"], kept["conclusion"], kept["closed_by"]) == ("done", "可授信", "seller")
    assert kept["valid_until"] == months_later(today, 12)
    assert [(each.source_key, each.judgement) for each in services.findings_of(asked)] == [
        ("registry", "good"), ("court", "poor"),
    ]  # fmt: skip
    task = db.session.scalars(select(Task), execution_options=UNSCOPED).one()
    assert task.closed_at is not None
    last = kept["valid_until"]
    assert services.valid_investigation(one, last).id == asked
    assert services.valid_investigation(one, last + timedelta(days=1)) is None
    assert services.valid_investigation(one, today - timedelta(days=1)) is None
    with acting_as(other):
        assert services.investigations_of(one) == services.findings_of(asked) == []
        with pytest.raises(NotFound):
            services.investigation_by_id(asked)


@pytest.mark.clause("CRD-02")
def test_findings_are_figures_for_as_long_as_the_investigation_holds(
    customer: Any, investigated: Any, house: Any
) -> None:
    one, none, today = customer("K1"), customer("K2"), clock.today()
    investigated(one, registry="good", bank="fair", court="poor")
    assert [figure(f"credit.finding_{key}", one) for key in ("registry", "bank", "court", "visit")] == [
        100_000, 50_000, 0, None,
    ]  # fmt: skip
    assert (figure("credit.investigation", one), figure("credit.investigation", none)) == (50_000, None)
    assert figure("credit.finding_registry", one, today - timedelta(days=1)) is None
    assert figure("credit.finding_registry", one, today + timedelta(days=800)) is None
    investigated(one, registry="poor")  # the newest counts, and nothing of the one before
    assert (figure("credit.finding_registry", one), figure("credit.finding_bank", one)) == (0, None)
    with writing():
        made = services.save_source(None, "税务评级", "Tax rating")
    assert "credit.finding_tax_rating" in all_metrics()
    with writing():
        services.retire_source(made, True)
    assert "credit.finding_tax_rating" in all_metrics()  # an earlier card may name it
    with pytest.raises(Refused) as refused, writing():
        services.save_source(None, "税务评级", "")
    assert refused.value.field == "zh"


@pytest.mark.clause("CRD-06")
def test_an_expired_investigation_is_a_sign_of_risk(
    customer: Any, rated: Any, investigated: Any, clock_at: Any
) -> None:
    one, unrated, never = customer("K1"), customer("K2"), customer("K3")
    rated(one, "B")
    rated(never, "B")
    until = clock.today() + timedelta(days=30)
    for each in (one, unrated):
        investigated(each, valid_until=until, registry="good")

    def watch_on(days: int) -> list[tuple[int, str, int]]:
        clock_at(start + timedelta(days=days))
        with writing():
            services.watch()
        open_ones = select(Alert.customer_id, Alert.sign, Alert.figure).where(Alert.ended_on.is_(None))
        return [tuple(each) for each in db.session.execute(open_ones)]

    start = clock.now()
    assert watch_on(30) == []  # its last day
    assert watch_on(31) == [(one, "expired", 1)]
    assert watch_on(40) == [(one, "expired", 10)]
    investigated(one, registry="fair")
    assert watch_on(41) == []
    with writing():
        set_setting("credit", "watch_expired_days", 400)
    assert watch_on(500) == []  # 12 months hold, then so many days are allowed


def test_an_open_investigation_is_handed_over_and_can_be_cancelled(customer: Any, house: Any) -> None:
    from kezhi.builtin.handover.services import Plan, carry_out

    one = customer("K1")
    with writing():
        asked = services.ask_investigation(one, house.chief.id, clock.today(), "复评").id
    with acting_as(house.chief), pytest.raises(Refused), writing():
        carry_out(Plan(house.chief.id, (house.seller.id,)))  # who does not see the customer cannot get it
    assert row(asked)["investigator_id"] == house.chief.id
    with writing():
        carry_out(Plan(house.chief.id, (house.finance.id,)))
    assert row(asked)["investigator_id"] == house.finance.id
    with acting_as(house.finance), writing():
        services.cancel_investigation(asked)
    assert row(asked)["state"] == "cancelled"
    assert services.latest_investigation(one) is None
