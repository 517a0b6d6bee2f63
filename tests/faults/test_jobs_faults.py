"""Workers that are killed in the middle of a job: another one takes over, and the effect is there once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from kezhi import jobs, tables, writing
from kezhi.discover import forget
from kezhi.jobs import enqueue, run_pending
from kezhi.lifecycle import enable
from kezhi.site import Site
from kezhi.testing.databases import command, with_options
from kezhi.testing.distributions import make_distribution
from kezhi.testing.server import served

pytestmark = [pytest.mark.faults, pytest.mark.services]
job = tables.job
MINE = job.c.slot == "x"

#: writes a row in the effect; killed at the statement whose number the slot holds
BODY = """
@hookimpl
def register_jobs(self):
    from kezhi import Job
    return [Job("epsilon.write", "Write", write, attempts=9)]
"""
BEFORE = """
import os
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from kezhi import db

def write(task):
    left = [int(task.payload["kill_at"]) if task.attempt == 1 else 0]
    def count(*args):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)
    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)
    with task.effect():
        db.session.execute(text("INSERT INTO epsilon_done (slot) VALUES (:slot)"), {"slot": task.slot})
        db.session.execute(text("INSERT INTO epsilon_done (slot) VALUES (:slot)"), {"slot": task.slot})
    for moment in ("before_cursor_execute", "commit"):
        event.remove(Engine, moment, count)
"""
MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision = "epsilon_0001"
down_revision = None
def upgrade():
    op.create_table("epsilon_done", sa.Column("slot", sa.Text, nullable=False))
def downgrade():
    op.drop_table("epsilon_done")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the app lies that is made on the spot, for all processes; this one forgets it after the test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    yield tmp_path
    forget("epsilon")
    for module in [module for module in sys.modules if module.startswith("kezhi_epsilon")]:
        del sys.modules[module]


@pytest.mark.parametrize("kill_at", range(1, 7))
def test_a_worker_killed_at_any_statement_leaves_the_effect_once_or_to_the_next(
    site: Site, folder: Path, kill_at: int
) -> None:
    make_distribution(folder, "epsilon", body=BODY, before=BEFORE, files={"migrations/0001_epsilon.py": MIGRATION})
    with site.app.app_context():
        enable(site, "epsilon")
    with site.app.app_context(), writing():
        enqueue("epsilon.write", "x", {"kill_at": kill_at})
    done = command(site, "jobs", "run", "--once")
    assert done.returncode == -9 or kill_at > 3, "it was killed"
    with site.engine.connect() as connection:
        state = connection.execute(select(job.c.state, job.c.lease_until).where(MINE)).one()
    if done.returncode == -9:
        assert state.state in ("running", "done")
        if state.state == "running":
            assert state.lease_until > datetime.now(UTC), "nobody may take it before the lease ends"
            assert run_pending(with_options(site), "early") == 0
            with site.engine.execution_options(kezhi_write=True).begin() as connection:
                connection.execute(update(job).where(MINE).values(lease_until=datetime(2000, 1, 1, tzinfo=UTC)))
    else:
        assert done.returncode == 0, done.stderr
    other = with_options(site)
    run_pending(other, "other")
    with site.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM epsilon_done")).scalar_one() == 2
        assert connection.execute(select(job.c.state).where(MINE)).scalar_one() == "done"
    other.close()


#: takes its time, then writes which code it was in the effect
SLOW = """
import time
from sqlalchemy import text
from kezhi import db

def write(task):
    time.sleep(task.payload.get("seconds", 0))
    with task.effect():
        db.session.execute(text("INSERT INTO epsilon_done (slot) VALUES (:slot)"), {{"slot": task.slot + "{version}"}})
"""


@pytest.fixture
def slow(site: Site, folder: Path) -> Callable[[str], None]:
    """Installs a version of the app for all processes."""

    def install(version: str) -> None:
        files = {"migrations/0001_epsilon.py": MIGRATION}
        before = SLOW.format(version=version)
        make_distribution(folder, "epsilon", body=BODY, before=before, files=files, version=version)

    install("1.0")
    with site.app.app_context():
        enable(site, "epsilon")
    return install


def put_up(site: Site, *slots: str, seconds: float = 0) -> None:
    """As another process would: this one does not load the app."""
    with site.engine.execution_options(kezhi_write=True).begin() as connection:
        now = datetime.now(UTC)
        row = {"job": "epsilon.write", "payload": {"seconds": seconds}, "state": "waiting", "requested_by": "system"}
        rows = [{**row, "slot": slot, "due_at": now, "attempts": 0, "error": "", "created_at": now} for slot in slots]
        connection.execute(insert(job), rows)


def written(site: Site) -> list[str]:
    with site.engine.connect() as connection:
        return list(connection.execute(text("SELECT slot FROM epsilon_done ORDER BY slot")).scalars())


def states(site: Site) -> set[str]:
    with site.engine.connect() as connection:
        return set(connection.execute(select(job.c.state).where(job.c.job == "epsilon.write")).scalars())


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert true()


@pytest.fixture
def start(site: Site) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """``start("jobs", "run")``: a process of this site; none outlives its test, also when that fails."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        started.append(begun(site, *arguments))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def begun(site: Site, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ, "KEZHI_DATA": str(site.config.data), "KEZHI_KEYS": str(site.config.keys),
        "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
    }  # fmt: skip
    line = [sys.executable, "-c", "from kezhi.cli import main; main()", *arguments]
    return subprocess.Popen(line, env=environment)


def test_two_processes_share_two_hundred_slots(
    site: Site, slow: Callable[[str], None], start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    slots = [f"{number:03}" for number in range(200)]
    put_up(site, *slots)
    workers = [start("jobs", "run", "--once") for _turn in range(2)]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    assert written(site) == [f"{slot}1.0" for slot in slots]
    assert states(site) == {"done"}
    with site.engine.connect() as connection:
        by = connection.execute(select(job.c.worker, job.c.attempts).where(job.c.job == "epsilon.write")).all()
    assert {row.attempts for row in by} == {1}
    assert len({row.worker for row in by}) == 2, "both had a part in it"


def test_a_worker_finishes_its_job_when_it_is_stopped_and_loads_newer_code(
    site: Site, slow: Callable[[str], None], start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    worker = start("jobs", "run")
    put_up(site, "a")
    until(lambda: written(site) == ["a1.0"])
    slow("2.0")
    assert command(site, "plugin", "upgrade", "epsilon").returncode == 0
    put_up(site, "b")
    until(lambda: written(site) == ["a1.0", "b2.0"])
    assert worker.poll() is None, "it went on as the same process"
    put_up(site, "c", seconds=1)
    until(lambda: "running" in states(site))
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert written(site) == ["a1.0", "b2.0", "c2.0"]
    assert states(site) == {"done"}
    with site.engine.connect() as connection:
        assert connection.execute(select(tables.process.c.id)).all() == [], "it took its leave"


@pytest.mark.parametrize("moment", ["enqueue_due", "_claim"])
def test_older_code_runs_nothing_that_was_put_up_after_an_upgrade(
    site: Site, slow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The upgrade falls between the moment that a worker picked its app and the moment that it looks for work."""
    worker = with_options(site)
    put_up(site, "a")
    assert run_pending(worker, "old") == 1
    then: Callable[..., Any] = getattr(jobs, moment)

    def upgraded_before(*arguments: Any) -> Any:
        monkeypatch.setattr(jobs, moment, then)
        slow("2.0")
        assert command(site, "plugin", "upgrade", "epsilon").returncode == 0
        put_up(site, "b")
        return then(*arguments)

    monkeypatch.setattr(jobs, moment, upgraded_before)
    assert run_pending(worker, "old") == 0, "it saw that it is behind"
    assert run_pending(worker, "old") == 0, "and it stays so: code is never loaded twice into a process"
    assert (written(site), states(site)) == (["a1.0"], {"done", "waiting"})
    assert command(site, "jobs", "run", "--once").returncode == 0
    assert written(site) == ["a1.0", "b2.0"]
    worker.close()


def test_a_serving_process_finishes_its_job_when_it_is_stopped(site: Site, slow: Callable[[str], None]) -> None:
    with served(site):
        put_up(site, "a", seconds=1)
        until(lambda: "running" in states(site))
    assert written(site) == ["a1.0"]
    assert states(site) == {"done"}
