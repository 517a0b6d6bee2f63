"""Everybody ships at once (CRD-05): real threads, each with its own app context and connection."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from kezhi import clock, db, writing

pytestmark = [pytest.mark.services, pytest.mark.faults, pytest.mark.plugins("credit")]

MANY = 50
YUAN = 100


def at_once(app: Any, actions: list[Any]) -> list[Any]:
    """Run every action in a thread of its own, all released together; answers or exceptions in order."""
    gate = threading.Barrier(len(actions))
    answers: list[Any] = [None] * len(actions)

    def run(place: int, action: Any) -> None:
        with app.app_context():
            try:
                gate.wait(60)
                answers[place] = action()
            except Exception as error:
                answers[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
    db.session.rollback()
    return answers


@pytest.mark.clause("CRD-05")
def test_of_fifty_checks_at_once_as_many_reserve_as_the_limit_holds(app: Any, make_customer: Any) -> None:
    """500,000 free, fifty orders of 60,000: eight fit. And a release that fifty use at once holds once."""
    from kezhi_credit.models import APPROVED, Release, Reservation
    from kezhi_credit.services import check, class_by_key, rate

    customer = make_customer(name="Hengda Steel").id
    with writing():
        rate(customer, class_by_key("B")["id"], clock.today(), "审定")
    asked = [lambda place=place: check(customer, 60_000 * YUAN, f"DD-{place}", reserve=True) for place in range(MANY)]
    answers = at_once(app, asked)
    assert not [each for each in answers if isinstance(each, Exception)]
    assert Counter(each.decision for each in answers) == {"warn": 8, "block": MANY - 8}
    total = db.session.execute(select(func.count(), func.sum(Reservation.amount))).one()
    assert tuple(total) == (8, 480_000 * YUAN)
    with writing():
        db.session.add(
            Release(number="FX-1", customer_id=customer, order_number="DD-X", amount=90_000 * YUAN, reason="x",
                    valid_to=clock.today(), state=APPROVED, requested_at=clock.now(), requested_by="system")
        )  # fmt: skip
    answers = at_once(app, [lambda: check(customer, 90_000 * YUAN, "DD-X", reserve=True)] * MANY)
    assert not [each for each in answers if isinstance(each, Exception)]
    assert sum(bool(each.release_number) for each in answers) == 1
    running = select(func.count()).where(Reservation.order_number == "DD-X", Reservation.ended_at.is_(None))
    assert db.session.scalar(running) == 1


@pytest.mark.clause("CRD-04")
def test_two_who_mark_the_same_customers_wait_for_each_other_and_do_not_block(app: Any, make_customer: Any) -> None:
    """One marks the customers of an import, the other those of a class whose terms changed; the rows lie the other way
    round. Both wait for the one in the middle, so each already has what it locks before that one.
    """
    from kezhi_credit.services.following import everybody_of
    from kezhi_credit.services.summary import SUMMARY, mark

    ids = [make_customer(name=f"Hengda {place}").id for place in range(5)]
    holds = {"due_at": clock.now() + timedelta(days=1), "basis": "x"}
    with writing():
        db.session.execute(delete(SUMMARY))
        for each in reversed(ids):  # PostgreSQL reads a small table in the order in which it was written
            db.session.execute(insert(SUMMARY).values(customer_id=each, **holds))

    def of_an_import() -> None:
        with writing():
            mark(select(SUMMARY.c.customer_id).where(SUMMARY.c.customer_id.in_(ids)), clock.now())

    def of_a_class() -> None:
        with writing():
            everybody_of()

    with ThreadPoolExecutor(2) as pool:
        with writing():
            db.session.execute(update(SUMMARY).where(SUMMARY.c.customer_id == ids[2]).values(basis="y"))
            both = [pool.submit(_inside, app, each) for each in (of_an_import, of_a_class)]
            if db.engine.dialect.name == "postgresql":
                waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                until = time.monotonic() + 20
                while db.session.scalar(waiting) < len(both) and time.monotonic() < until:
                    time.sleep(0.02)
        for each in both:
            each.result(60)
    assert set(db.session.scalars(select(SUMMARY.c.due_at <= clock.now()))) == {True}


def _inside(app: Any, action: Any) -> None:
    with app.app_context():
        try:
            action()
        finally:
            db.session.remove()
