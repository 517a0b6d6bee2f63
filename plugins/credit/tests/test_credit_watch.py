"""The watch of rated customers: signs, alerts, duties, measures (CRD-06)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, literal, select, union_all

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, set_setting, writing
from kezhi.builtin.tasks.models import Notice, Task
from kezhi.builtin.tasks.services import sync
from kezhi.testing.jobs import run_job
from kezhi_credit import services
from kezhi_credit.commands import watch as command
from kezhi_credit.duties import MEASURE
from kezhi_credit.models import Alert, Measure, Rating

pytestmark = [pytest.mark.plugins("credit"), pytest.mark.services]

YUAN = 100
UNSCOPED = {"kezhi_unscoped": True}


def watch() -> Any:
    db.session.rollback()
    with writing():
        return services.watch()


def alerts(**which: Any) -> list[tuple[str, int, bool]]:
    """Sign, figure and whether it is open, of every alert in the order in which they were found."""
    db.session.rollback()
    rows = db.session.execute(select(Alert.sign, Alert.figure, Alert.ended_on).filter_by(**which).order_by(Alert.id))
    return [(row.sign, row.figure, row.ended_on is None) for row in rows]


def told(user: Any) -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Notice.id).where(Notice.user_id == user.id), execution_options=UNSCOPED).all())


def was_rated(customer_id: int, key: str, days_ago: int) -> None:
    """A rating of the past: decided then."""
    with writing():
        day = clock.today() - timedelta(days=days_ago)
        row = {"class_id": services.class_by_key(key)["id"], "customer_id": customer_id, "valid_from": day,
               "reason": "x", "source": "page", "created_at": clock.now(), "created_by": "finance"}  # fmt: skip
        db.session.execute(insert(Rating), [row])


@pytest.mark.clause("CRD-06")
def test_a_sign_is_told_once_and_ends_by_itself(
    customer: Any, rated: Any, books: Any, house: Any, clock_at: Any, add_person: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    stranger = customer("K2")  # not rated: cash only, nothing to watch
    other = add_person("other", "salesperson")
    rated(one, "B")  # 500,000
    books.owe(stranger, not_due=900_000 * YUAN)
    books.owe(one, not_due=400_000 * YUAN)
    assert (watch().found, alerts()) == (0, [])  # 80 % is not above it
    books.owe(one, not_due=400_000 * YUAN + 5_000_01)
    first = watch()
    assert (first.found, first.told, first.open["used"]) == (1, 4, 1)  # owner, finance, general manager, administrator
    assert alerts() == [("used", 81, True)]
    assert [told(each) for each in (house.seller, house.finance, house.chief, house.manager, other)] == [1, 1, 1, 0, 0]
    again = watch()
    assert (again.found, again.ended, again.told, alerts()) == (0, 0, 0, [("used", 81, True)])
    books.owe(one, not_due=510_000 * YUAN, overdue_1_30=1_000 * YUAN, overdue_days_max=16)
    assert (watch().found, alerts()) == (2, [("used", 81, False), ("over_limit", 11_000 * YUAN, True),
                                             ("overdue", 16, True)])  # fmt: skip
    clock_at(clock.now() + timedelta(days=1))
    books.owe(one, not_due=510_000 * YUAN, overdue_1_30=1_000 * YUAN, overdue_days_max=17)
    later = watch()  # the same sign with another figure is told no more
    assert (later.found, later.told, alerts()[2], told(house.seller)) == (0, 0, ("overdue", 17, True), 2)
    books.owe(one, not_due=1)
    assert watch().ended == 2
    assert [each[2] for each in alerts()] == [False] * 3
    books.owe(one, not_due=450_000 * YUAN)
    assert (watch().told, alerts()[-1]) == (4, ("used", 90, True))  # it holds anew: it is told anew
    with acting_as(other):
        assert (services.alerts_of(one), services.measures_of(one)) == ([], [])


@pytest.mark.clause("CRD-06")
def test_a_lowered_class_and_a_sharp_fall_in_orders_are_signs(
    customer: Any, rated: Any, books: Any, app: Any, monkeypatch: Any
) -> None:
    from kezhi import Metric
    from kezhi_credit.services import signs

    one, two, three = customer("K1"), customer("K2"), customer("K3")
    was_rated(one, "A", 200)
    was_rated(one, "C", 10)
    was_rated(two, "C", 200)
    was_rated(two, "B", 10)  # raised
    was_rated(three, "A", 400)
    was_rated(three, "B", 91)  # long ago
    assert (watch().found, alerts()) == (1, [("lowered", 2, True)])
    assert db.session.scalars(select(Alert.since)).one() == clock.today() - timedelta(days=10)
    today, asked = clock.today(), []

    def orders(period: Any, population: Any) -> Any:
        asked.append((period.start, period.end))
        amounts = [(one, 100_00), (two, 100_00), (three, 7_00)]
        if period.end == today:
            amounts = [(one, 50_00), (two, 50_01)]
        rows = (select(literal(who).label("customer_id"), literal(value).label("value")) for who, value in amounts)
        found = select(union_all(*rows).subquery())
        return found.where(found.selected_columns[0].in_(population))

    metric = Metric("trade.order_amount", "Orders", "money", orders, "zero")
    monkeypatch.setattr(signs, "all_metrics", lambda: {metric.key: metric})
    assert watch().found == 2
    assert alerts(customer_id=one)[-1] == ("orders", 50, True)
    assert (alerts(customer_id=two), alerts(customer_id=three)) == ([], [("orders", 100, True)])
    day = timedelta(days=1)
    assert set(asked) == {(today - 89 * day, today), (today - 179 * day, today - 90 * day)}
    monkeypatch.setattr(signs, "all_metrics", dict)  # the app that knows orders is gone: unknown is not well
    assert watch().ended == 0
    rated(one, "B")
    assert watch().ended == 1


@pytest.mark.clause("CRD-06")
def test_where_it_is_wanted_the_watch_lowers_a_class_once_and_never_raises_one(
    customer: Any, rated: Any, books: Any, house: Any
) -> None:
    good, poor, calm = customer("K1", owner_id=house.seller.id), customer("K2"), customer("K3")
    for who, key in ((good, "B"), (poor, "D"), (calm, "B")):
        rated(who, key)
    books.owe(good, overdue_1_30=200_000 * YUAN, overdue_days_max=20)
    books.owe(poor, overdue_1_30=200_000 * YUAN, overdue_days_max=20)
    books.owe(calm, not_due=450_000 * YUAN)
    assert (watch().lowered, services.present_class(good)) == (0, services.class_by_key("B")["id"])
    with writing():
        set_setting("credit", "watch_lower_to", "C")
    assert watch().lowered == 0  # what was found before is for people to decide
    books.owe(good)
    watch()
    books.owe(good, overdue_1_30=200_000 * YUAN, overdue_days_max=20)
    done = watch()
    assert (done.lowered, done.told) == (1, 4)
    assert [services.present_class(who) for who in (good, poor, calm)] == [
        services.class_by_key(key)["id"] for key in "CDB"
    ]
    newest = services.ratings_of(good)[0]
    assert (newest.source, newest.created_by, newest.valid_from) == ("watch", "system", clock.today())
    assert newest.reason
    assert newest.review_on is not None
    open_signs = {sign for sign, _figure, is_open in alerts(customer_id=good) if is_open}
    assert open_signs == {"overdue", "over_limit", "lowered"}  # the watch class has a limit of 100,000
    assert (watch().found, watch().lowered, len(services.ratings_of(good))) == (0, 0, 2)
    rated(good, "B", reason="已付承诺函")
    assert (watch().lowered, services.present_class(good)) == (0, services.class_by_key("B")["id"])


@pytest.mark.clause("CRD-06")
def test_the_owner_answers_with_a_measure(customer: Any, rated: Any, books: Any, house: Any, add_person: Any) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    rated(one, "B")
    books.owe(one, not_due=600_000 * YUAN)
    watch()
    with writing():
        sync(MEASURE)
    task = db.session.scalars(select(Task), execution_options=UNSCOPED).one()
    assert (task.owner_id, task.reference, task.closed_at) == (house.seller.id, str(one), None)
    assert task.due_at.date() > clock.today()
    for kind, reason, field in (("cash", " ", "reason"), ("free", "x", "kind")):
        with acting_as(house.seller), pytest.raises(Refused) as refused, writing():
            services.decide(one, kind, reason)
        assert refused.value.field == field
    with acting_as(add_person("other", "salesperson")), pytest.raises(NotFound), writing():
        services.decide(one, "cash", "x")
    assert db.session.scalars(select(Measure.id)).all() == []
    with acting_as(house.seller), writing():
        services.decide(one, "shorter", "账期由60天改为30天", 20)
    db.session.rollback()
    task = db.session.scalars(select(Task), execution_options=UNSCOPED).one()
    assert (task.closed_at is not None, services.measure_in_force(one).kind) == (True, "shorter")
    with writing():
        assert sync(MEASURE) == (0, 0)
    with acting_as(house.finance), writing():
        services.decide(one, "cash", "再次超限，改为现款")
    assert [each.kind for each in services.measures_of(one)] == ["cash", "shorter"]
    books.owe(one, not_due=1)
    watch()
    assert services.measure_in_force(one) is None
    with acting_as(house.seller), pytest.raises(Conflict), writing():
        services.decide(one, "none", "已还款")
    assert len(services.measures_of(one)) == 2


def test_the_job_and_the_command_do_the_same_in_as_many_statements_for_many_customers(
    app: Any, customer: Any, rated: Any, books: Any, house: Any, statements: Any
) -> None:
    def grow(*numbers: int) -> None:
        for number in numbers:
            one = customer(f"K{number}", owner_id=house.seller.id)
            rated(one, "B")
            books.owe(one, overdue_1_30=900_000 * YUAN, overdue_days_max=99)

    with writing():
        set_setting("credit", "watch_lower_to", "C")
    grow(0)
    assert watch().lowered == 1  # what is read once per process is read
    grow(1)
    with statements() as few:
        assert watch().lowered == 1
    grow(*range(2, 12))
    with statements() as many:
        assert watch().lowered == 10
    assert many.count == few.count
    done = app.test_cli_runner().invoke(command, ["--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == {
        "day": clock.today().isoformat(), "found": 0, "ended": 0, "lowered": 0, "told": 0,
        "open": {"over_limit": 12, "overdue": 12, "lowered": 12, "expired": 0, "used": 0, "orders": 0},
    }  # fmt: skip
    with acting_as(house.seller), pytest.raises(Refused):
        command.callback(as_json=True)
    assert run_job(app, "credit.watch") == "done"
    assert len(alerts()) == 36


@pytest.mark.clause("CRD-05", "CRD-06")
def test_a_measure_acts_in_the_check_until_its_alerts_are_over(
    customer: Any, rated: Any, books: Any, house: Any, add_person: Any
) -> None:
    one, day = customer("K1", owner_id=house.seller.id, department_id=house.department_id), clock.today()
    rated(one, "B")  # 500,000 and 30 days
    owed = {"not_due": 410_000 * YUAN, "ordered_not_shipped": 4_000 * YUAN}
    books.owe(one, **owed)
    watch()

    def check(yuan: int) -> tuple[Any, ...]:
        db.session.rollback()
        answer = services.check(one, yuan * YUAN)
        said = [f"{each.level} {each.code}" for each in answer.reasons]
        return answer.decision, said, answer.term

    def decide(kind: str, reason: str, days: int | None = None) -> Any:
        with acting_as(house.seller), writing():
            return services.decide(one, kind, reason, days).id

    assert check(1_000) == ("warn", ["warn high"], 30)
    for wrong in (None, 30, -1):  # shorter than what?
        with pytest.raises(Refused) as refused:
            decide("shorter", "账期缩短", wrong)
        assert refused.value.field == "days"
    assert services.measures_of(one) == []
    decide("shorter", "账期缩短为10天", 10)
    assert check(1_000) == ("warn", ["warn high", "note measure_term"], 10)
    answer = services.check(one, 1_000 * YUAN)
    assert (answer.due_on, answer.as_data()["due_on"]) == (day + timedelta(days=10), str(day + timedelta(days=10)))
    assert "账期缩短为10天" in answer.reasons[-1].text
    assert str(day) in answer.reasons[-1].text

    needed = decide("security", "由母公司出具担保函")
    assert check(1_000) == ("block", ["warn high", "block measure_security"], 30)
    with writing():
        set_setting("credit", "measure_security", "warn")
    assert check(1_000)[:2] == ("warn", ["warn high", "warn measure_security"])
    with writing():
        set_setting("credit", "measure_security", "block")
    with acting_as(house.finance), pytest.raises(Refused) as refused, writing():
        services.record_security(needed, " ")
    assert (refused.value.field, check(1_000)[0]) == ("security", "block")
    with acting_as(add_person("other", "salesperson")), pytest.raises(NotFound), writing():
        services.record_security(needed, "担保函")
    with acting_as(house.finance), writing():
        services.record_security(needed, "担保函 2026-18，存财务保险柜")
    assert check(1_000)[:2] == ("warn", ["warn high", "note measure_secured"])
    with acting_as(house.finance), pytest.raises(Conflict), writing():
        services.record_security(needed, "再来一次")
    db.session.rollback()
    assert services.measure_by_id(needed).security == "担保函 2026-18，存财务保险柜"

    decide("cash", "仅收现款")
    assert check(1_000) == ("block", ["block measure_cash", "block not_paid"], None)
    books.owe(one, **owed, deposits=5_000 * YUAN)  # 4,000 of it are for an order that was there before
    assert check(1_000) == ("allow", ["note measure_cash"], None)
    assert check(1_001)[0] == "block"
    books.owe(one, not_due=1)
    watch()  # no sign holds any more: nor does the measure
    assert check(1_000) == ("allow", [], 30)
