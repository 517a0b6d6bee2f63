"""Jobs as pages and commands: what failed is run again or set aside, what the clock runs is started by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kezhi import Conflict, Job, NotFound, Task, clock, db, tables, writing
from kezhi.builtin.apps import job_pages, job_services
from kezhi.builtin.apps.job_commands import job_group
from kezhi.jobs import enqueue, enqueue_due, run_pending
from kezhi.site import Site
from kezhi.tables import audit_entry

pytestmark = pytest.mark.services
job = tables.job


def failing(_task: Task) -> None:
    raise ValueError("no paper in the tray")


@pytest.fixture
def broken(app: Flask) -> Any:
    """A job that fails whenever it is run, twice at most."""
    known = app.extensions["kezhi"].jobs
    known["test.print"] = Job("test.print", "Print", failing, attempts=2)
    yield known
    known.pop("test.print", None)


def put_up(slot: str) -> int:
    with writing():
        assert enqueue("test.print", slot)
    return number_of(slot)


def number_of(slot: str) -> int:
    found: int = db.session.execute(select(job.c.id).where(job.c.slot == slot)).scalar_one()
    db.session.rollback()
    return found


def state(number: int) -> tuple[str, int]:
    row = db.session.execute(select(job.c.state, job.c.attempts).where(job.c.id == number)).one()
    db.session.rollback()
    return row.state, row.attempts


def set_state(number: int, **values: Any) -> None:
    with writing() as session:
        session.execute(update(job).where(job.c.id == number).values(values))


def actions(number: object) -> list[tuple[str, str]]:
    columns = (audit_entry.c.action, audit_entry.c.actor)
    rows = db.session.execute(
        select(*columns).where(audit_entry.c.object_kind == "job", audit_entry.c.object_id == str(number))
    ).all()
    db.session.rollback()
    return [(row.action, row.actor) for row in rows]


def test_what_failed_is_seen_run_again_and_set_aside(
    site: Site, broken: dict[str, Job], client_as: Callable[..., FlaskClient], clock_at: Any
) -> None:
    client = client_as("administrator", locale="en")
    number = put_up("once")
    assert run_pending(site, "a") == 1
    page = client.get("/apps/jobs?f.state=again").text
    assert f'href="/apps/jobs/{number}"' in page
    assert "Waits for another attempt" in page
    assert "no paper in the tray" in page
    assert f"/apps/jobs/{number}" not in client.get("/apps/jobs?f.state=waiting").text
    clock_at(clock.now() + timedelta(minutes=3))
    assert run_pending(site, "a") >= 1
    assert state(number) == ("dead", 2)
    assert f"/apps/jobs/{number}" in client.get("/apps/jobs?f.state=dead").text

    broken["test.print"] = Job("test.print", "Print", lambda _task: None, attempts=2)
    assert "Run again" in client.get(f"/apps/jobs/{number}").text
    answer = client.post(f"/apps/jobs/{number}/retry", follow_redirects=True)
    assert "tried again at once" in answer.text
    assert state(number) == ("waiting", 0)
    assert run_pending(site, "a") >= 1
    assert state(number) == ("done", 1)
    page = client.get(f"/apps/jobs/{number}").text
    assert "Run again" not in page
    assert "Set aside" not in page
    assert "0 ms" in page, "how long it took by the clock, which stands still"
    client.post(f"/apps/jobs/{number}/retry")
    client.post(f"/apps/jobs/{number}/cancel")
    assert state(number) == ("done", 1), "what is done stays done"

    other = put_up("twice")
    client.post(f"/apps/jobs/{other}/cancel")
    assert state(other) == ("skipped", 0)
    assert run_pending(site, "a") == 0
    assert [action for action, _actor in actions(number)] == ["job.dead", "job.retry"]
    assert [action for action, _actor in actions(other)] == ["job.cancel"]
    assert client.get("/apps/jobs/987654").status_code == 404
    assert client.post("/apps/jobs/987654/retry").status_code == 404


def test_what_runs_is_asked_to_stop_by_who_may(broken: dict[str, Job], client_as: Callable[..., FlaskClient]) -> None:
    number = put_up("runs")
    set_state(number, state="running")
    assert client_as("general-manager").post(f"/apps/jobs/{number}/cancel").status_code == 404
    client_as("administrator").post(f"/apps/jobs/{number}/cancel")
    assert state(number) == ("running", 0)
    with pytest.raises(Conflict), writing():
        job_services.cancel(number)
    set_state(number, state="dead")
    assert CliRunner().invoke(job_group, ["cancel", str(number)]).exit_code == 0
    assert state(number) == ("skipped", 0)
    set_state(number, state="done")
    assert CliRunner().invoke(job_group, ["retry", str(number)]).exit_code != 0
    assert state(number) == ("done", 0)


def test_a_slot_that_was_set_aside_is_not_put_up_again(app: Flask, clock_at: Any) -> None:
    known = app.extensions["kezhi"].jobs
    known["test.hourly"] = Job("test.hourly", "Hourly", lambda _task: None, schedule="0 * * * *")
    try:
        clock_at(datetime(2031, 5, 6, 1, 30, tzinfo=UTC))
        enqueue_due()
        clock_at(datetime(2031, 5, 6, 2, 30, tzinfo=UTC))
        enqueue_due()
        slots = select(job.c.id, job.c.state).where(job.c.job == "test.hourly").order_by(job.c.id)
        number = db.session.execute(slots).all()[-1].id
        with writing():
            job_services.cancel(number)
        enqueue_due()
        assert [row.state for row in db.session.execute(slots)] == ["skipped", "skipped"]
        db.session.rollback()
        clock_at(datetime(2031, 5, 6, 3, 30, tzinfo=UTC))
        enqueue_due()
        assert [row.state for row in db.session.execute(slots)] == ["skipped", "skipped", "waiting"]
        db.session.rollback()
    finally:
        known.pop("test.hourly")


def test_what_the_clock_runs_is_started_by_hand(
    site: Site, app: Flask, client_as: Callable[..., FlaskClient], clock_at: Any
) -> None:
    clock_at(datetime(2031, 5, 6, 1, 30, tzinfo=UTC))
    client = client_as("administrator", locale="en")
    page = client.get("/apps/jobs/schedule").text
    assert "Verify the audit log" in page
    assert "daily at 04:20" in page
    assert "2031-05-07 04:20" in page, "in the company's zone"
    answer = client.post("/apps/jobs/start", data={"job": "audit.verify"}, follow_redirects=True)
    assert "will be run at once" in answer.text
    mine = select(job.c.state, job.c.requested_by).where(job.c.job == "audit.verify")
    assert [tuple(row) for row in db.session.execute(mine)] == [("waiting", "system")]
    db.session.rollback()
    client.post("/apps/jobs/start", data={"job": "audit.verify"})
    assert len(db.session.execute(mine).all()) == 1, "once is enough"
    db.session.rollback()
    ((action, actor),) = actions("audit.verify")
    assert action == "job.start"
    assert actor != "system", "it runs as the system, and who started it is on record"
    assert client.post("/apps/jobs/start", data={"job": "nobody.knows"}).status_code == 404
    with pytest.raises(NotFound), writing():
        job_services.start_scheduled("nobody.knows")


def test_the_schedule_costs_the_same_however_many_there_are(app: Flask, statements: Any) -> None:
    known = app.extensions["kezhi"].jobs
    job_pages.scheduled()  # reads the company's zone once
    with statements() as few:
        before = len(job_pages.scheduled())
    for number in range(20):
        known[f"test.{number}"] = Job(f"test.{number}", "Work", lambda _task: None, schedule="*/7 * * * *")
    try:
        with statements() as many:
            assert len(job_pages.scheduled()) == before + 20
        assert many.count == few.count
    finally:
        for number in range(20):
            known.pop(f"test.{number}")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("*/5 * * * *", "every 5 minutes"),
        ("5 * * * *", "every hour at minute 5"),
        ("20 4 * * *", "daily at 04:20"),
        ("0 7 * * 1", "0 7 * * 1"),
        ("0 7,9 * * *", "0 7,9 * * *"),
    ],
)
def test_usual_rules_are_said_in_words(app: Flask, rule: str, text: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert job_pages.rule_text(rule) == text


def test_durations_are_short(app: Flask) -> None:
    at = datetime(2031, 5, 6, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        for seconds, text in ((0.25, "250 ms"), (59.6, "1 min 0 s"), (61, "1 min 1 s"), (7260, "2 h 1 min")):
            assert job_pages.duration(at, at + timedelta(seconds=seconds)) == text
        assert job_pages.duration(at, at - timedelta(seconds=1)) == "—"
        assert job_pages.duration(None, at) == "—"
