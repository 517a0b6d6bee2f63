"""Jobs tell how far they are, stop when they are asked to, and are told of when they fail for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update

from kezhi import Conflict, Job, Task, acting_as, clock, db, lazy_gettext, set_setting, setting, tables, writing
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.apps import job_services
from kezhi.builtin.tasks.models import Mail, Notice, Recipient
from kezhi.jobs import Overtaken, enqueue, run_pending
from kezhi.site import Site

pytestmark = pytest.mark.services
job = tables.job
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
UNSCOPED = {"kezhi_unscoped": True}


@pytest.fixture
def jobs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Job]]:
    """The app's jobs, to which a test adds its own; of the builtins' only the one that tells of failures. Every report
    of progress is written."""
    monkeypatch.setattr("kezhi.jobs.TELL", 0.0)
    found: dict[str, Job] = app.extensions["kezhi"].jobs
    before = dict(found)
    found.clear()
    found["apps.given_up"] = before["apps.given_up"]
    yield found
    found.clear()
    found.update(before)


def put_up(login: str = "", slot: str = "x") -> int:
    with acting_as(user_named(login)) if login else acting_as(user_named("admin")), writing():
        enqueue("test.work", slot)
    return number_of(slot)


def number_of(slot: str) -> int:
    found = db.session.execute(select(job.c.id).where(job.c.slot == slot)).scalar_one()
    db.session.rollback()
    return int(found)


def row(number: int) -> Any:
    found = db.session.execute(select(job).where(job.c.id == number)).one()
    db.session.rollback()
    return found


def set_row(number: int, **values: Any) -> None:
    with writing() as session:
        session.execute(update(job).where(job.c.id == number).values(values))


def count() -> int:
    from flask import g

    db.session.rollback()
    g.pop("kezhi_settings", None)
    return int(setting("test", "count", 0))


def in_a_thread(app: Flask, act: Callable[[], Any]) -> Any:
    """What another process would do meanwhile."""
    answers: list[Any] = []

    def run() -> None:
        with app.app_context():
            answers.append(act())
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]


def test_whoever_asked_for_it_sees_how_far_it_is_and_stops_it(
    site: Site, app: Flask, jobs: dict[str, Job], client_as: Callable[..., FlaskClient]
) -> None:
    owner, other = client_as("order-clerk", locale="en"), client_as("salesperson")
    admin, pages, given_back = client_as("administrator", locale="en"), dict[str, str](), list[Any]()

    def work(task: Task) -> None:
        with writing():
            set_setting("test", "count", 1)  # a step that is done stays done
        task.progress(300, 1200, lazy_gettext("Done"))
        address = f"/apps/jobs/{task.id}"
        pages["owner"], pages["list"] = owner.get(address).text, admin.get("/apps/jobs").text
        assert other.get(address).status_code == other.post(f"{address}/cancel").status_code == 404
        assert owner.post(f"{address}/retry").status_code == 404
        assert row(task.id).cancelled_by is None
        pages["asked"] = owner.post(f"{address}/cancel", follow_redirects=True).text
        pages["again"] = admin.post(f"{address}/cancel", follow_redirects=True).text
        assert row(task.id).state == "running", "it is asked, not killed"
        with writing():
            set_setting("test", "count", 2)
            task.progress(600, 1200)
            raise AssertionError("it went on")

    jobs["test.work"] = Job("test.work", "Work", work, ended=given_back.append)
    number = put_up("order-clerk-user")
    assert run_pending(site, "a") == 1
    for page in (pages["owner"], pages["list"]):
        assert "300 of 1,200" in page
        assert 'aria-label="25 % done"' in page
        assert "data-kz-follow" in page
    assert "asked to stop" in pages["asked"]
    assert "was asked to stop already" in pages["again"]
    found = row(number)
    assert (found.state, found.cancelled_by, found.error) == ("skipped", "order-clerk-user", "")
    assert (count(), given_back) == (1, [{}])
    assert "Cancelled" in owner.get(f"/apps/jobs/{number}").text
    entry = tables.audit_entry.c
    asked = select(entry.action, entry.actor).where(entry.object_kind == "job")
    assert [tuple(each) for each in db.session.execute(asked)] == [("job.cancel", "order-clerk-user")]

    jobs["test.work"] = Job("test.work", "Work", lambda _task: None)
    assert owner.post(f"/apps/jobs/{number}/retry").status_code == 404
    admin.post(f"/apps/jobs/{number}/retry")
    assert run_pending(site, "a") == 1
    assert (row(number).state, row(number).cancelled_by) == ("done", None)


def test_an_effect_is_not_noted_once_somebody_asked_to_stop(site: Site, app: Flask, jobs: dict[str, Job]) -> None:
    """The last look is the note that the slot is done: it never looks at its progress."""

    def work(task: Task) -> None:
        in_a_thread(app, lambda: cancel(task.id))
        with task.effect():
            set_setting("test", "count", 1)

    jobs["test.work"] = Job("test.work", "Work", work)
    number = put_up()
    run_pending(site, "a")
    assert (row(number).state, count()) == ("skipped", 0)


def cancel(number: int) -> bool:
    with writing():
        return job_services.cancel(number)


def test_what_waits_ends_at_once_and_so_does_what_a_killed_worker_left(site: Site, jobs: dict[str, Job]) -> None:
    given_back: list[Any] = []
    jobs["test.work"] = Job("test.work", "Work", lambda _task: set_row(0), attempts=1, ended=given_back.append)
    waits, left, asked = put_up(slot="a"), put_up(slot="b"), put_up(slot="c")
    assert cancel(waits)
    killed = {"state": "running", "worker": "gone", "attempts": 1}
    set_row(left, **killed, lease_until=LONG_AGO)
    assert cancel(left), "its worker is gone"
    set_row(asked, **killed, lease_until=clock.now() + timedelta(seconds=30))
    assert not cancel(asked), "its worker may be alive"
    with pytest.raises(Conflict):
        cancel(asked)
    assert run_pending(site, "a") == 0
    set_row(asked, lease_until=LONG_AGO)  # it was killed before it looked
    assert run_pending(site, "a") == 1
    assert [row(each).state for each in (waits, left, asked)] == ["skipped"] * 3
    assert len(given_back) == 3
    with pytest.raises(Conflict):
        cancel(waits)
    assert len(given_back) == 3


def test_a_run_that_fails_after_it_was_asked_to_stop_is_not_tried_again(
    site: Site, app: Flask, jobs: dict[str, Job]
) -> None:
    def work(task: Task) -> None:
        in_a_thread(app, lambda: cancel(task.id))
        raise ValueError("no luck")

    jobs["test.work"] = Job("test.work", "Work", work)
    number = put_up()
    run_pending(site, "a")
    assert row(number).state == "skipped"


def test_progress_is_cheap_and_stops_who_lost_the_slot(
    site: Site, app: Flask, jobs: dict[str, Job], statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kezhi.jobs.TELL", 1000.0)
    met: list[Any] = []

    def work(task: Task) -> None:
        if task.attempt == 2:
            return
        with statements() as counted:
            for done in range(500):
                task.progress(done, 500)
        met.append(counted.count)
        set_row(task.id, lease_until=LONG_AGO)
        in_a_thread(app, lambda: run_pending(site, "second"))
        monkeypatch.setattr("kezhi.jobs.TELL", 0.0)
        try:
            task.progress(0)
        except Overtaken:
            met.append("overtaken")
            raise

    jobs["test.work"] = Job("test.work", "Work", work)
    number = put_up()
    run_pending(site, "first")
    assert met == [1, "overtaken"]
    assert (row(number).state, row(number).worker) == ("done", "second")


def test_a_death_is_told_once_to_whoever_asked_and_to_who_runs_the_system(
    site: Site, jobs: dict[str, Job], client_as: Callable[..., FlaskClient]
) -> None:
    def fail(_task: Task) -> None:
        raise ValueError("no paper in the tray")

    jobs["test.work"] = Job("test.work", "Print", fail, attempts=1)
    jobs["tasks.mail"] = Job("tasks.mail", "Mail", lambda _task: None)  # nothing leaves the house here
    owner, admin = client_as("order-clerk", locale="en"), client_as("administrator", locale="en")
    client_as("salesperson")
    people = {name: user_named(name) for name in ("order-clerk-user", "administrator-user", "admin")}
    with writing() as session:
        set_setting("tasks", "smtp_host", "mail.example.com")
        ids = [user.id for user in people.values() if user is not None]
        session.execute(insert(Recipient), [{"user_id": each, "email": f"p{each}@example.com"} for each in ids])
    number = put_up("order-clerk-user")
    run_pending(site, "a")
    assert run_pending(site, "a") == 0
    told = select(Notice.user_id, Notice.kind, Notice.reference).order_by(Notice.user_id)
    expected = {(user.id, "apps.own_job_failed" if name.startswith("order") else "apps.job_failed", str(number))
                for name, user in people.items() if user is not None}  # fmt: skip
    assert {tuple(each) for each in db.session.execute(told, execution_options=UNSCOPED)} == expected
    assert db.session.scalar(select(func.count()).select_from(Mail), execution_options=UNSCOPED) == 3
    db.session.rollback()
    page = owner.get(f"/apps/jobs/{number}").text
    assert "Failed" in page
    assert "no paper" not in page, "what a program says is for who runs it"
    assert "Run again" not in page
    assert "no paper in the tray" in admin.get(f"/apps/jobs/{number}").text
    assert owner.post(f"/apps/jobs/{number}/cancel").status_code == 404
    assert row(number).state == "dead"

    admin.post(f"/apps/jobs/{number}/retry")
    run_pending(site, "a")
    assert len(db.session.execute(told, execution_options=UNSCOPED).all()) == 6, "it failed again"
    db.session.rollback()
    admin.post(f"/apps/jobs/{number}/cancel")
    assert row(number).state == "skipped"
    entry = tables.audit_entry.c
    done = select(entry.action).where(entry.object_kind == "job", entry.object_id == str(number)).order_by(entry.seq)
    assert list(db.session.scalars(done)) == ["job.dead", "job.retry", "job.dead", "job.cancel"]


def test_what_waits_for_a_job_is_given_back_when_all_its_workers_were_killed(site: Site, jobs: dict[str, Job]) -> None:
    given_back: list[Any] = []

    def break_down(payload: Any) -> None:
        with writing():
            set_setting("test", "count", 5)
        given_back.append(payload)
        raise ValueError("an app that is broken")

    jobs["test.work"] = Job("test.work", "Work", lambda _task: None, attempts=2, ended=break_down)
    number = put_up()
    set_row(number, state="running", worker="gone", attempts=2, lease_until=LONG_AGO)
    run_pending(site, "a", limit=1)
    assert (row(number).state, len(given_back)) == ("dead", 1)
    assert count() == 0, "an app that fails in it keeps no job from ending"


@pytest.mark.parametrize("hours", [-9000, -2, 2, 9000])
def test_a_clock_that_jumps_delays_nothing_and_repeats_nothing(
    site: Site, app: Flask, jobs: dict[str, Job], clock_at: Callable[[datetime], None], hours: int
) -> None:
    """While one worker is in the middle of it; what others left when they were killed, and what was put off."""
    now = datetime(2026, 11, 25, 6, tzinfo=UTC)
    clock_at(now)
    ran: list[tuple[str, int]] = []

    def work(task: Task) -> None:
        if task.slot == "under way" and task.attempt == 1:
            clock_at(now + timedelta(hours=hours))
            in_a_thread(app, lambda: run_pending(site, "second"))
        with task.effect():
            set_setting("test", "count", setting("test", "count", 0) + 1)
        ran.append((task.slot, task.attempt))

    jobs["test.work"] = Job("test.work", "Work", work)
    for slot in ("under way", "killed", "put off", "waiting"):
        put_up(slot=slot)
    lease = now + timedelta(seconds=60)
    set_row(number_of("killed"), state="running", worker="gone", attempts=1, lease_until=lease, started_at=now)
    set_row(number_of("put off"), attempts=1, error="no", due_at=now + timedelta(minutes=1), started_at=now)
    run_pending(site, "first", limit=1)
    clock_at(now + timedelta(hours=hours, minutes=2))
    run_pending(site, "second")
    assert sorted(slot for slot, _attempt in ran) == ["killed", "put off", "under way", "waiting"]
    assert count() == 4
    assert {state for (state,) in db.session.execute(select(job.c.state))} == {"done"}
