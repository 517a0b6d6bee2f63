"""Jobs: a slot is there once, is run until it is done, and takes effect once."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import delete, event, func, insert, select, text, update

from kezhi import (
    Job,
    PluginError,
    Refused,
    Task,
    acting_as,
    acting_user,
    clock,
    db,
    set_setting,
    setting,
    tables,
    writing,
)
from kezhi.builtin.accounts.models import Account, AccountRole
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.apps.job_commands import job_group
from kezhi.cli import Context
from kezhi.clock import database_now
from kezhi.discover import forget
from kezhi.jobs import Overtaken, enqueue, enqueue_due, run_pending, work
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


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where apps made on the spot lie: called alpha, and forgotten after the test."""
    before = list(sys.path)
    on_path(tmp_path)
    yield tmp_path
    sys.path[:] = before
    forget("alpha")
    for module in [module for module in sys.modules if module.startswith("kezhi_alpha")]:
        del sys.modules[module]


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


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


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


def test_what_failed_is_told_without_the_values_of_a_statement(site: Site, jobs: dict[str, Job]) -> None:
    def fail(task: Task) -> None:
        with task.effect():
            for _turn in range(2):
                db.session.execute(text("INSERT INTO kezhi_number (key, value) VALUES ('13800138000', 1)"))

    def fail_and_wrap(task: Task) -> None:
        try:
            fail(task)
        except Exception as error:
            raise ValueError(str(error)) from error

    for slot, run in (("a", fail), ("b", fail_and_wrap)):
        add(jobs, run)
        put_up(slot)
        assert run_pending(site, limit=1) == 1
    told = [error for (error,) in rows(job.c.error)]
    assert told[0].startswith("IntegrityError from ")
    assert told[1].startswith("ValueError from IntegrityError from ")
    assert not any("13800138000" in text or "INSERT" in text for text in told)


def test_a_job_that_wants_to_end_the_process_ends_itself(site: Site, jobs: dict[str, Job]) -> None:
    ran: list[str] = []

    def leave(task: Task) -> None:
        ran.append(task.slot)
        if task.slot == "a":
            raise SystemExit(1)

    add(jobs, leave)
    put_up("a")
    put_up("b")
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(site, stop, 0.02))
    worker.start()
    until(lambda: ran == ["a", "b"])
    stop.set()
    worker.join(10)
    assert not worker.is_alive()
    assert rows(job.c.state, job.c.error) == [("waiting", "SystemExit: 1"), ("done", "")]


def test_a_slot_whose_workers_all_died_is_given_up(site: Site, jobs: dict[str, Job]) -> None:
    add(jobs, count_up, attempts=2)
    put_up("x")
    gone = {"state": "running", "attempts": 2, "worker": "gone", "lease_until": datetime(2000, 1, 1, tzinfo=UTC)}
    with writing() as session:
        session.execute(update(job).values(gone))
    assert run_pending(site) == 1
    assert rows(job.c.state, job.c.error) == [("dead", "every attempt was cut off")]
    assert count() == 0


def test_the_lease_is_extended_while_the_job_runs(
    site: Site, jobs: dict[str, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kezhi.jobs.BEAT", 0.05)
    monkeypatch.setattr("kezhi.jobs.LEASE", timedelta(seconds=1))
    others: list[int] = []

    def slow(task: Task) -> None:
        for _turn in range(6):
            threading.Event().wait(0.25)
            thread = threading.Thread(target=lambda: others.append(run_pending(site, "other")))
            thread.start()
            thread.join()
        count_up(task)

    add(jobs, slow)
    put_up("x")
    assert run_pending(site, "first") == 1
    assert others == [0] * 6
    assert rows(job.c.worker, job.c.attempts, job.c.state) == [("first", 1, "done")]


def test_looking_for_work_locks_nothing(site: Site, jobs: dict[str, Job]) -> None:
    add(jobs, count_up, schedule="0 7 * * *")
    run_pending(site)
    begun: list[str] = []
    event.listen(site.engine, "before_cursor_execute", lambda _c, _u, text, *_rest: begun.append(text))
    assert run_pending(site) == 0
    assert not [text for text in begun if "IMMEDIATE" in text or "FOR UPDATE" in text]
    assert len([text for text in begun if text.startswith("SELECT")]) < 7


def test_an_app_is_not_removed_under_a_job_that_runs(site: Site, jobs: dict[str, Job]) -> None:
    seen: list[tuple[int, int]] = []

    def look(task: Task) -> None:
        generation = site.generation
        with site.engine.execution_options(kezhi_write=True).begin() as connection:
            state = tables.state.c
            connection.execute(update(tables.state).where(state.key == "generation").values(value=state.value + 1))
        site.current_app()
        seen.append((site.oldest_generation() - generation, site.generation - generation))

    add(jobs, look)
    put_up("x")
    run_pending(site)
    assert seen == [(0, 1)]
    assert site.oldest_generation() == site.generation


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


def test_the_jobs_of_a_disabled_app_wait_for_it(site: Site, folder: Path) -> None:
    body = """
@hookimpl
def register_jobs(self):
    from kezhi import Job
    return [Job("alpha.work", "Work", lambda task: None)]
"""
    make_distribution(folder, "alpha", body=body)
    with site.app.app_context():
        enable(site, "alpha")
    with site.app.app_context(), writing():
        enqueue("alpha.work", "x")
    with site.app.app_context():
        disable(site, "alpha")
    run_pending(site, "w")
    with site.engine.connect() as connection:
        assert connection.execute(select(job.c.state).where(job.c.job == "alpha.work")).scalars().all() == ["waiting"]
    with site.app.app_context():
        enable(site, "alpha")
    run_pending(site, "w")
    with site.engine.connect() as connection:
        assert connection.execute(select(job.c.state).where(job.c.job == "alpha.work")).scalars().all() == ["done"]


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
    clock_at(datetime(2026, 12, 1, 1, tzinfo=UTC))  # nobody worked for days: the newest slot alone is made up for
    assert run_pending(site, "w") == 1
    clock_at(datetime(2026, 11, 25, 23, 30, tzinfo=UTC))  # the clock jumps back: nothing is done again
    assert run_pending(site, "w") == 0
    assert ran == ["at 2026-11-25T23:00Z", "at 2026-11-30T23:00Z"]
    assert rows(job.c.state, job.c.slot)[0] == ("skipped", "at 2026-11-24T23:00Z")


def test_a_schedule_goes_on_after_the_clock_or_the_rule_was_wrong(
    site: Site, jobs: dict[str, Job], clock_at: Callable[[datetime], None]
) -> None:
    ran: list[str] = []

    def note(task: Task) -> None:
        ran.append(task.slot)

    add(jobs, note, schedule="0 7 1 1 *")
    clock_at(datetime(2026, 11, 25, 1, tzinfo=UTC))
    assert run_pending(site, "w") == 0
    add(jobs, note, schedule="0 7 * * *")  # once a year, now every day
    for moment in (datetime(2026, 11, 25, 23, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)):
        clock_at(moment)
        run_pending(site, "w")
    for day in (26, 27):  # back from 2030
        clock_at(datetime(2026, 11, day, 23, 5, tzinfo=UTC))
        run_pending(site, "w")
    expected = ["2026-11-25T23:00Z", "2029-12-31T23:00Z", "2026-11-26T23:00Z", "2026-11-27T23:00Z"]
    assert ran[-4:] == [f"at {slot}" for slot in expected]


def test_a_rule_that_cannot_be_read_stops_its_app_and_no_job(site: Site, folder: Path) -> None:
    body = """
@hookimpl
def register_jobs(self):
    from kezhi import Job
    return [Job("alpha.work", "Work", print, schedule="61 7 * * *")]
"""
    make_distribution(folder, "alpha", body=body)
    with site.app.app_context(), pytest.raises(PluginError, match="alpha.work.*61 7"):
        enable(site, "alpha")
    with site.app.app_context(), writing():
        enqueue("apps.sweep", "x")
    assert run_pending(site) == 1


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
        planned = [{**done, "slot": f"at 2026-01-0{day}T19:40Z"} for day in (1, 2)]
        db.session.execute(insert(job), [done, *planned])
    assert run_job(app, "apps.sweep") == run_job(app, "accounts.sweep") == "done"
    db.session.rollback()
    assert db.session.scalars(select(tables.submission.c.key)).all() == ["b" * 64]
    assert db.session.scalar(select(func.count()).select_from(tables.session)) == 1
    left = [row[0] for row in rows(job.c.slot)]
    assert left == ["at 2026-01-02T19:40Z", "test", "test"], "a schedule goes on from its newest slot"


def test_the_commands_start_list_and_retry(site: Site, app: Flask) -> None:
    context = Context(site.config)
    context._site = site

    def run(*arguments: str) -> Result:
        db.session.rollback()
        return CliRunner().invoke(job_group, arguments, obj=context)

    assert command(site, "jobs", "start", "apps.sweep", "--json").returncode == 0
    assert command(site, "jobs", "run", "--once").stdout.strip() == "1 run"
    assert isinstance(run("start", "no.such").exception, Refused)
    listed = json.loads(run("list", "--state", "done", "--json").stdout)
    assert [row["job"] for row in listed] == ["apps.sweep"]
    number = str(listed[0]["id"])
    assert isinstance(run("retry", number).exception, Refused), "it was not given up"
    with writing() as session:
        session.execute(update(job).where(job.c.id == listed[0]["id"]).values(state="dead", attempts=5))
    assert [(found["check"], found["level"]) for found in examine(site) if found["check"] == "apps.jobs"] == [
        ("apps.jobs", "advice")
    ]
    assert run("retry", number).exit_code == 0
    assert run("run", "--once").stdout.strip() == "1 run"
    actions = db.session.scalars(select(tables.audit_entry.c.action)).all()
    assert {"job.start", "job.retry"} <= set(actions)


def test_the_doctor_names_jobs_that_nobody_has_taken_over(site: Site, jobs: dict[str, Job], app: Flask) -> None:
    add(jobs, count_up)
    put_up("x")
    for minutes, found in ((4, 0), (6, 1)):
        until_then = database_now(db.session.connection()) - timedelta(minutes=minutes)
        with writing() as session:
            session.execute(update(job).values(state="running", lease_until=until_then))
        assert sum(each["check"].startswith("apps.jobs") for each in examine(site)) == found
