"""Workers that are killed in the middle of a job: another one takes over, and the effect is there once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from kezhi import tables, writing
from kezhi.jobs import enqueue, run_pending
from kezhi.lifecycle import enable
from kezhi.site import Site
from kezhi.testing.databases import with_options
from kezhi.testing.distributions import make_distribution, on_path

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


@pytest.mark.parametrize("kill_at", range(1, 7))
def test_a_worker_killed_at_any_statement_leaves_the_effect_once_or_to_the_next(
    site: Site, tmp_path: Path, kill_at: int
) -> None:
    make_distribution(tmp_path, "epsilon", body=BODY, before=BEFORE, files={"migrations/0001_epsilon.py": MIGRATION})
    on_path(tmp_path)
    with site.app.app_context():
        enable(site, "epsilon")
    with site.app.app_context(), writing():
        enqueue("epsilon.write", "x", {"kill_at": kill_at})
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
        "KEZHI_DATA": str(site.config.data), "KEZHI_KEYS": str(site.config.keys),
        "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
    }  # fmt: skip
    line = [sys.executable, "-c", "from kezhi.cli import main; main()", "jobs", "run", "--once"]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
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


def test_a_worker_that_is_asked_to_stop_finishes_its_job(site: Site) -> None:
    with site.app.app_context(), writing():
        enqueue("apps.sweep", "x")
    environment = {
        **os.environ, "KEZHI_DATA": str(site.config.data), "KEZHI_KEYS": str(site.config.keys),
        "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
    }  # fmt: skip
    line = [sys.executable, "-c", "from kezhi.cli import main; main()", "jobs", "run"]
    worker = subprocess.Popen(line, env=environment)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with site.engine.connect() as connection:
            if connection.execute(select(job.c.state).where(MINE)).scalar_one() == "done":
                break
        time.sleep(0.1)
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    with site.engine.connect() as connection:
        assert connection.execute(select(job.c.state).where(MINE)).scalar_one() == "done"
