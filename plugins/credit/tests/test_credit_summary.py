"""What lists show of credit: a copy that follows every change, says when it is out of date, and decides nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import clock, db, set_setting, writing
from kezhi.testing.jobs import run_job
from kezhi_credit import services
from kezhi_credit.checks import checks
from kezhi_credit.models import Summary
from kezhi_credit.services.following import REFRESH
from kezhi_credit.services.summary import SUMMARY, differing, is_stale, refresh_due

pytestmark = [pytest.mark.plugins("credit", "trade"), pytest.mark.services]

YUAN = 100


def row(customer_id: int) -> tuple[Any, ...]:
    """Class, limit, exposure, free and overdue in yuan as lists show them, and whether it is out of date."""
    db.session.rollback()
    c = SUMMARY.c
    found = db.session.execute(
        select(c.class_key, c.credit_limit, c.exposure, c.free, c.overdue, is_stale()).where(
            c.customer_id == customer_id
        )
    ).one()
    return (found[0], *(each and each // YUAN for each in found[1:5]), bool(found[5]))


def wrong() -> list[int]:
    """Who has figures that claim to be fresh and are not those of now."""
    db.session.rollback()
    return list(db.session.scalars(differing()))


def enter(sort: Any, customer_id: int, number: str, yuan: int, **more: Any) -> int:
    from kezhi_trade.services import create_voucher

    day = clock.today() - timedelta(days=60)
    values = {"customer_id": customer_id, "number": number, "amount": yuan * YUAN, "happened_on": day, **more}
    with writing():
        return int(create_voucher(sort, values).id)


@pytest.mark.clause("CRD-04", "CRD-07")
def test_lists_show_what_holds_after_every_change_and_say_when_they_do_not_know_yet(
    app: Any, customer: Any, rated: Any, clock_at: Any, client_as: Any, house: Any
) -> None:
    from kezhi_trade.services import INVOICE, RECEIPT, create_order, match

    one, other, day = customer("K1"), customer("K2"), clock.today()
    customer("K3")
    rated(one, "B")  # 500,000
    assert row(one) == ("B", 500_000, 0, 500_000, 0, False)
    late = enter(INVOICE, one, "F1", 100_000, due_on=day - timedelta(days=20))
    enter(INVOICE, one, "F2", 40_000, due_on=day)
    assert row(one) == ("B", 500_000, 140_000, 360_000, 100_000, False)
    paid = enter(RECEIPT, other, "R0", 5_000)  # nobody has rated it: what it paid ahead is all it has
    assert row(other) == (None, 0, -5_000, 5_000, 0, False)
    paid = enter(RECEIPT, one, "R1", 90_000)
    with writing():
        match(paid, {late: 70_000 * YUAN})
    assert row(one) == ("B", 500_000, 50_000, 450_000, 30_000, False)
    db.session.rollback()
    services.check(one, 113_000 * YUAN, "DD-9", reserve=True)
    assert row(one) == ("B", 500_000, 50_000, 337_000, 30_000, False)
    with writing():
        order = {"customer_id": one, "number": "DD-9", "order_date": day, "amount": 100_000 * YUAN, "tax_rate": 130_000}
        create_order(order)
    assert row(one) == ("B", 500_000, 163_000, 337_000, 30_000, False)
    assert wrong() == []
    finance = client_as(login="finance")
    listed = "/customers?columns=code,credit.class,credit.free&sort=credit.free"

    def page() -> str:
        text = finance.get(listed).get_data(as_text=True)
        return re.sub(r"\s+", " ", text[text.index("<tbody") :])  # above it a token may hold any two characters

    fresh = page()
    assert fresh.index("K2") < fresh.index("K1") < fresh.index("K3")  # who has nothing at all comes last
    assert "bi-clock-history" not in fresh
    terms = services.class_by_key("B")
    with writing():
        services.change_class(terms["id"], terms["version"], {**terms, "amount": 300_000 * YUAN}, "年度调整")
    assert row(one) == ("B", 500_000, 163_000, 337_000, 30_000, True)  # the old figure, and it says so
    assert row(other)[-1] is False  # not of this class
    assert page().count("bi-clock-history") == 2  # the class and the amount of one row
    assert services.position_of(one)["limit"] == 300_000 * YUAN  # who decides reads what holds
    assert run_job(app, REFRESH) == "done"
    assert row(one) == ("B", 300_000, 163_000, 137_000, 30_000, False)
    with writing():
        set_setting("credit", "turnover_tax", "9")
    assert (row(one)[-1], row(other)[-1]) == (True, True)
    assert run_job(app, REFRESH, "later") == "done"
    assert (row(one)[-1], wrong()) == (False, [])


@pytest.mark.clause("CRD-03", "CRD-04", "CRD-07")
def test_figures_hold_to_the_end_of_the_day_or_of_a_reservation(
    app: Any, customer: Any, rated: Any, clock_at: Any
) -> None:
    from kezhi_trade.services import INVOICE

    one, day = customer("K1"), clock.today()
    rated(one, "C", valid_from=day + timedelta(days=1))
    rated(one, "B")
    enter(INVOICE, one, "F1", 10_000, due_on=day)
    db.session.rollback()
    services.check(one, 50_000 * YUAN, "DD-1", reserve=True)
    assert row(one) == ("B", 500_000, 10_000, 440_000, 0, False)
    evening = clock.now()
    clock_at(evening + timedelta(days=1))
    assert row(one) == ("B", 500_000, 10_000, 440_000, 0, True)  # nobody has counted: the figure is that of yesterday
    assert wrong() == []
    assert refresh_due() == 1
    assert row(one) == ("C", 100_000, 10_000, 90_000, 10_000, False)
    services.check(one, 20_000 * YUAN, "DD-2", reserve=True)
    before = row(one)
    kept = db.session.scalar(select(SUMMARY.c.due_at).where(SUMMARY.c.customer_id == one))
    assert before[3] == 70_000
    assert evening + timedelta(days=1) < kept <= evening + timedelta(days=2)
    assert (refresh_due(), wrong()) == (0, [])


@pytest.mark.clause("CRD-05")
def test_no_decision_reads_the_summary_and_the_doctor_finds_a_wrong_one(
    customer: Any, rated: Any, statements: Any
) -> None:
    from kezhi_trade.services import INVOICE

    one = customer("K1")
    rated(one, "B")
    enter(INVOICE, one, "F1", 480_000, due_on=clock.today())
    with writing():
        values = {"free": 900_000 * YUAN, "exposure": 0, "credit_limit": 900_000 * YUAN, "class_key": "A"}
        db.session.execute(update(SUMMARY).values(**values))
    db.session.rollback()
    with statements() as asked:
        answer = services.check(one, 30_000 * YUAN)
    assert (answer.decision, answer.free) == ("block", 20_000 * YUAN)
    assert not [each for each in asked.texts if "credit_summary" in each]
    [check] = [each for each in checks() if each.key == "credit.summary"]
    assert len(check.run(db.session())) == 1
    assert wrong() == [one]
    assert services.refresh_all() == 1
    assert check.run(db.session()) == []
    with writing():
        db.session.execute(update(Summary).values(due_at=clock.now() - timedelta(hours=2)))
    assert len(check.run(db.session())) == 1  # the job does not run


def test_many_changed_at_once_are_marked_at_once_and_counted_by_the_job(
    app: Any, customer: Any, rated: Any, monkeypatch: Any, statements: Any
) -> None:
    from kezhi import bulk_write
    from kezhi_credit.models import Rating
    from kezhi_credit.services import following

    known = [customer(f"K{place}") for place in range(4)]
    rated(known[0], "B")
    monkeypatch.setattr(following, "MOST", 3)
    table: Any = Rating.__table__
    with writing():
        rows = select(SUMMARY.c.customer_id).where(False)
        assert db.session.scalars(rows).all() == []
        names = ("class_id", "valid_from", "reason", "source", "created_at", "created_by")
        given = [getattr(services.ratings_of(known[0])[0], name) for name in names]
        from sqlalchemy import insert, literal

        from kezhi.builtin.customers.models import Customer

        people: Any = Customer.__table__
        columns = [literal(value, table.c[name].type) for name, value in zip(names, given, strict=True)]
        chosen = select(people.c.id, *columns)
        bulk_write(insert(table).from_select(["customer_id", *names], chosen), model=Rating, change="create",
                   keys=select(table.c.id), action="credit.rate")  # fmt: skip
    assert [row(each)[-1] for each in known] == [True] * 4
    assert [row(each)[3] for each in known] == [500_000, None, None, None]
    with statements() as few:
        assert refresh_due() == 4
    assert [row(each)[3] for each in known] == [500_000] * 4
    assert refresh_due(everybody=True, chunk=3) == 4
    with writing():
        db.session.execute(update(SUMMARY).values(due_at=clock.now()))
    with statements() as again:
        assert refresh_due() == 4
    assert again.count == few.count
