"""Jobs: a slot is there once, is run until it is done, and takes effect once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from kezhi import Job, Refused, Task, acting_as, acting_user, clock, db, set_setting, setting, tables, writing
from kezhi.builtin.accounts.models import Account, AccountRole
from kezhi.jobs import Overtaken, enqueue, enqueue_due, run_pending
from kezhi.lifecycle import disable, enable
from kezhi.site import Site
from kezhi.testing.databases import command, with_options
from kezhi.testing.distributions import make_distribution, on_path
from kezhi.testing.jobs import run_job, run_job_cut_off
from kezhi.testing.plugin import new_person

pytestmark = pytest.mark.services
job = tables.job


@pytest.fixture
def jobs(app: Flask) -> Iterator[dict[str, Job]]:
    """The app's jobs, to which a test adds its own; the builtins' are left out."""
    found: dict[str, Job] = app.extensions["kezhi"].jobs
    before = dict(found)
    found.clear()
    yield found
    found.clear()
    found.update(before)


def add(jobs: dict[str, Job], run: Callable[[Task], None], **options: Any) -> None:
    jobs["test.work"] = Job("test.work", "Work", run, **options)


def count_up(task: Task) -> None:
    with task.effect():
        set_setting("test", "count", setting("test", "count", 0) + 1)


def put_up(slot: str = "", **options: Any) -> bool:
    with writing():
        return enqueue("test.work", slot, **options)


def rows(*columns: Any) -> list[Any]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(job.c.id))]


def count() -> int:
    db.session.rollback()
    from flask import g

    g.pop("kezhi_settings", None)
    return int(setting("test", "count", 0))


def test_a_slot_is_there_once_and_its_effect_too(site: Site, jobs: dict[str, Job]) -> None:
    add(jobs, count_up)
    assert [put_up("2026-11"), put_up("2026-11"), put_up("2026-12")] == [True, False, True]
    assert run_pending(site, "a") == 2
    assert run_pending(site, "a") == 0
    assert not put_up("2026-11"), "a slot that is done stays done"
    assert count() == 2
    assert rows(job.c.state, job.c.attempts) == [("done", 1), ("done", 1)]
    with pytest.raises(Refused), writing():
        enqueue("nobody.knows")


def test_threads_that_put_up_the_same_slot_make_one(site: Site, jobs: dict[str, Job], app: Flask) -> None:
    add(jobs, count_up)
    made: list[bool] = []

    def ask() -> None:
        with app.app_context():
            made.append(put_up("same"))
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False] * 7 + [True]


def test_workers_share_the_work_and_nothing_is_done_twice(site: Site, jobs: dict[str, Job], app: Flask) -> None:
    seen: list[str] = []

    def note(task: Task) -> None:
        with task.effect():
            pass
        seen.append(task.slot)

    add(jobs, note)
    with writing():
        for number in range(60):
            enqueue("test.work", str(number))
    threads = [threading.Thread(target=run_pending, args=(site, name)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen, key=int) == [str(number) for number in range(60)]
    assert {row[0] for row in rows(job.c.state)} == {"done"}


def test_a_failure_comes_back_later_and_is_given_up_in_the_end(
    site: Site, jobs: dict[str, Job], clock_at: Callable[[datetime], None]
) -> None:
    def fail(task: Task) -> None:
        with task.effect():
            set_setting("test", "count", 99)
            raise ValueError("no luck")

    add(jobs, fail, attempts=3)
    now = datetime(2026, 11, 25, 6, tzinfo=UTC)
    clock_at(now)
    put_up("x")
    for minutes, state in ((0, "waiting"), (1, "waiting"), (2, "dead")):
        now += timedelta(minutes=minutes)
        if minutes:
            clock_at(now - timedelta(seconds=1))
            assert run_pending(site, "a") == 0, "not before its time"
        clock_at(now)
        assert run_pending(site, "a") == 1
        assert rows(job.c.state)[-1] == (state,)
    assert rows(job.c.attempts, job.c.error) == [(3, "ValueError: no luck")]
    assert count() == 0, "nothing of a failed effect stays"
    assert command(site, "jobs", "list", "--state", "dead").stdout.count("test.work") == 1
    actions = db.session.scalars(select(tables.audit_entry.c.action)).all()
    assert "job.dead" in actions


def test_who_lost_the_lease_has_no_effect(site: Site, jobs: dict[str, Job], app: Flask) -> None:
    """The first worker sleeps too long; the second one does it; the first one's effect is rolled back."""
    met: list[str] = []

    def slow(task: Task) -> None:
        if task.attempt == 1:
            with site.engine.execution_options(kezhi_write=True).begin() as connection:
                connection.execute(update(job).values(lease_until=datetime(2000, 1, 1, tzinfo=UTC)))
            thread = threading.Thread(target=run_pending, args=(site, "second", 1))
            thread.start()
            thread.join()
            try:
                count_up(task)
            except Overtaken:
                met.append("overtaken")
                raise
        else:
            count_up(task)

    add(jobs, slow)
    put_up("x")
    assert run_pending(site, "first") == 1
    assert met == ["overtaken"]
    assert count() == 1
    assert rows(job.c.state, job.c.worker, job.c.attempts) == [("done", "second", 2)]


def test_it_runs_with_the_rights_that_its_requester_has_now(site: Site, jobs: dict[str, Job], app: Flask) -> None:
    seen: list[tuple[str, bool]] = []
    add(jobs, lambda task: seen.append((acting_user().login, acting_user().can("customers.write"))))
    person = new_person(app, "li", "administrator")
    with acting_as(person):
        put_up("a")
        put_up("b")
        put_up("c")
    run_pending(site, "w", limit=1)
    with writing():
        db.session.execute(delete(AccountRole).where(AccountRole.user_id == person.id))
    run_pending(site, "w", limit=1)
    with writing():
        db.session.execute(update(Account).where(Account.id == person.id).values(active=False))
    run_pending(site, "w", limit=1)
    assert seen == [("li", True), ("li", False)]
    assert rows(job.c.state, job.c.error)[-1] == ("dead", "who asked for it may not log in any more")


def test_the_jobs_of_a_disabled_app_wait_for_it(site: Site, tmp_path: Path) -> None:
    body = """
@hookimpl
def register_jobs(self):
    from kezhi import Job
    return [Job("delta.work", "Work", lambda task: None)]
"""
    make_distribution(tmp_path, "delta", body=body)
    on_path(tmp_path)
    with site.app.app_context():
        enable(site, "delta")
    with site.app.app_context(), writing():
        enqueue("delta.work", "x")
    with site.app.app_context():
        disable(site, "delta")
    run_pending(site, "w")
    with site.engine.connect() as connection:
        assert connection.execute(select(job.c.state).where(job.c.job == "delta.work")).scalars().all() == ["waiting"]
    with site.app.app_context():
        enable(site, "delta")
    run_pending(site, "w")
    with site.engine.connect() as connection:
        assert connection.execute(select(job.c.state).where(job.c.job == "delta.work")).scalars().all() == ["done"]


def test_a_schedule_speaks_of_the_companys_zone(
    site: Site, jobs: dict[str, Job], clock_at: Callable[[datetime], None]
) -> None:
    ran: list[str] = []
    add(jobs, lambda task: ran.append(task.slot), schedule="0 7 * * *")
    clock_at(datetime(2026, 11, 25, 1, tzinfo=UTC))  # 9:00 in Shanghai
    assert run_pending(site, "w") == 0, "what was due before it was there is not made up for"
    clock_at(datetime(2026, 11, 25, 22, 59, tzinfo=UTC))
    assert run_pending(site, "w") == 0
    clock_at(datetime(2026, 11, 25, 23, 0, tzinfo=UTC))  # 7:00 of the 26th
    assert run_pending(site, "w") == 1
    assert run_pending(site, "w") == 0
    other = with_options(site)  # another process plans the same
    with other.app.app_context():
        enqueue_due()
    other.close()
    clock_at(datetime(2026, 12, 1, 1, tzinfo=UTC))  # nobody worked for days: the waiting slot and the newest are run
    run_pending(site, "w")
    clock_at(datetime(2026, 11, 25, 23, 30, tzinfo=UTC))  # the clock jumps back: nothing is done again
    assert run_pending(site, "w") == 0
    assert ran == ["at 2026-11-25T23:00Z", "at 2026-11-26T23:00Z", "at 2026-11-30T23:00Z"]


def test_a_function_that_returns_is_done_without_an_effect(site: Site, jobs: dict[str, Job], app: Flask) -> None:
    ran: list[Any] = []
    add(jobs, lambda task: ran.append(task.payload))
    put_up("x", payload={"month": "2026-11"})
    run_pending(site, "w")
    assert ran == [{"month": "2026-11"}]
    assert rows(job.c.state) == [("done",)]


def test_a_worker_that_dies_after_the_work_does_not_double_an_effect(jobs: dict[str, Job], app: Flask) -> None:
    add(jobs, count_up)
    assert run_job_cut_off(app, "test.work") == "done"
    assert count() == 1
    jobs["test.work"] = Job("test.work", "Work", careless)
    assert run_job_cut_off(app, "test.work", "second") == "done"
    assert count() == 3, "outside of task.effect() it is written by both"


def careless(task: Task) -> None:
    with writing():
        set_setting("test", "count", setting("test", "count", 0) + 1)


@pytest.mark.clause("ORG-02")
def test_what_has_ended_is_swept(site: Site, app: Flask) -> None:
    old, now = clock.now() - timedelta(days=200), clock.now()
    with writing():
        db.session.execute(insert(tables.submission), [{"key": "a" * 64, "result": "1", "at": old},
                                                       {"key": "b" * 64, "result": "1", "at": now}])  # fmt: skip
        session = {"user_id": 1, "created_at": old, "seen_at": old, "expires_at": old, "address": "", "agent": ""}
        db.session.execute(insert(tables.session), [{**session, "token_hash": b"x" * 32}])
        alive = {"seen_at": now, "expires_at": now + timedelta(days=1), "token_hash": b"y" * 32}
        db.session.execute(insert(tables.session), [{**session, **alive}])
        done = {"job": "apps.sweep", "slot": "old", "payload": {}, "state": "done", "requested_by": "system",
                "due_at": old, "attempts": 1, "error": "", "created_at": old, "finished_at": old}  # fmt: skip
        db.session.execute(insert(job), [done])
    assert run_job(app, "apps.sweep") == run_job(app, "accounts.sweep") == "done"
    db.session.rollback()
    assert db.session.scalars(select(tables.submission.c.key)).all() == ["b" * 64]
    assert db.session.scalar(select(func.count()).select_from(tables.session)) == 1
    assert [row[0] for row in rows(job.c.slot)] == ["test", "test"]


def test_the_commands_start_list_and_retry(site: Site) -> None:
    assert command(site, "jobs", "start", "apps.sweep", "--json").returncode == 0
    assert command(site, "jobs", "start", "no.such").returncode == 1
    assert command(site, "jobs", "run", "--once").stdout.strip() == "1 run"
    listed = json.loads(command(site, "jobs", "list", "--state", "done", "--json").stdout)
    assert [row["job"] for row in listed] == ["apps.sweep"]
    assert command(site, "jobs", "retry", str(listed[0]["id"])).returncode == 1, "it was not given up"
    with site.engine.execution_options(kezhi_write=True).begin() as connection:
        connection.execute(update(job).where(job.c.id == listed[0]["id"]).values(state="dead", attempts=5))
    assert "given up" in command(site, "doctor").stdout
    assert command(site, "jobs", "retry", str(listed[0]["id"])).returncode == 0
    assert command(site, "jobs", "run", "--once").stdout.strip() == "1 run"
