"""Transactions: what is written opens writing(), and nothing is lost when many write at once."""

from __future__ import annotations

import json
import threading

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from kezhi import audit, bulk_write, clock, db, writing
from kezhi.builtin.audit.services import first_bad_entry
from kezhi.numbers import last_number, next_numbers
from kezhi.tables import audit_entry, number, submission

pytestmark = pytest.mark.services


def test_a_write_outside_writing_raises(app: Flask) -> None:
    row = {"key": "x", "result": "", "at": clock.now()}
    with pytest.raises(RuntimeError, match="writing"):
        audit.record("a", "b")
    with pytest.raises(RuntimeError, match="writing"):
        next_numbers("n")
    with writing():
        db.session.execute(insert(submission).values(row))
    assert db.session.execute(select(submission.c.key)).scalar_one() == "x"


def test_an_error_rolls_everything_back_with_its_audit_entry(app: Flask) -> None:
    before = db.session.execute(select(audit_entry.c.seq)).all()
    with pytest.raises(ZeroDivisionError), writing():
        next_numbers("n", 5)
        audit.record("number.take", "number")
        _ = 1 // 0
    assert last_number("n") == 0
    assert db.session.execute(select(audit_entry.c.seq)).all() == before


def test_a_bulk_statement_that_begins_with_a_common_table_is_counted(app: Flask) -> None:
    with writing():
        for key in ("a", "b", "other"):
            next_numbers(key)
    told = []
    for keys in (("a", "b"), ()):
        chosen = select(number.c.key).where(number.c.key.in_(keys)).cte("chosen")
        statement = update(number).where(number.c.key.in_(select(chosen.c.key))).values(value=7)
        with writing():
            told.append(bulk_write(statement, model=Numbers, change="update", keys=list(keys), action="number.set"))
    assert told == [2, 0]
    assert [last_number(key) for key in ("a", "b", "other")] == [7, 7, 1]
    written = select(audit_entry.c.payload).where(audit_entry.c.action == "number.set")
    assert [json.loads(payload)["count"] for payload in db.session.scalars(written)] == [2]


class Numbers:
    """Stands for a model: no app has one of these rows."""


def test_reading_first_and_writing_later_does_not_fail_when_others_commit(app: Flask) -> None:
    db.session.execute(select(number)).all()  # opens a read transaction
    run_in_thread(app, lambda: take(1))
    with writing():
        assert list(next_numbers("n")) == [2]


def test_numbers_have_no_gap_and_no_double_when_twenty_take_at_once(app: Flask) -> None:
    taken: list[int] = []
    threads = [threading.Thread(target=in_app(app, lambda: taken.extend(take(1) for _ in range(5)))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 101))
    assert first_bad_entry(db.session(), app.config["KEZHI_KEYS"]["audit"]) is None


def take(count: int) -> int:
    with writing():
        first = next_numbers("n", count)[0]
        audit.record("number.take", "number", first)
    return first


def in_app(app: Flask, work):  # type: ignore[no-untyped-def]
    def run() -> None:
        with app.app_context():
            work()

    return run


def run_in_thread(app: Flask, work) -> None:  # type: ignore[no-untyped-def]
    thread = threading.Thread(target=in_app(app, work))
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "field", ["at", "actor", "action", "object_kind", "object_id", "result", "payload", "hash", "previous"]
)
def test_one_changed_column_is_found(app: Flask, field: str) -> None:
    for _ in range(3):
        take(1)
    seq = 2
    value = b"\1" * 32 if field in ("hash", "previous") else "x"
    with writing():
        db.session.execute(update(audit_entry).where(audit_entry.c.seq == seq).values({field: value}))
    assert first_bad_entry(db.session(), app.config["KEZHI_KEYS"]["audit"]) in (seq, seq + 1)


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_one_deleted_entry_is_found(app: Flask, which: str) -> None:
    for _ in range(3):
        take(1)
    last = db.session.execute(select(audit_entry.c.seq).order_by(audit_entry.c.seq.desc())).scalars().first()
    assert last is not None
    seq = {"first": 1, "middle": 2, "last": last}[which]
    with writing():
        db.session.execute(audit_entry.delete().where(audit_entry.c.seq == seq))
    assert first_bad_entry(db.session(), app.config["KEZHI_KEYS"]["audit"]) == seq
