"""``kezhi jobs …``: work off what is due, see it, start it, try it again, cancel it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import click
from sqlalchemy import select

from kezhi import db, tables, writing
from kezhi.cli import Context, print_json
from kezhi.jobs import RUNNING, WAITING, run_pending, work

from . import job_services
from .job_progress import progress_of
from .job_services import retry, start
from .presence import Presence

job = tables.job


@click.group("jobs")
def job_group() -> None:
    """Work in the background: run, list, start, retry, cancel."""


@job_group.command("run")
@click.option("--once", is_flag=True, help="Work off what is due and stop.")
@click.pass_obj
def jobs_run(context: Context, once: bool) -> None:
    """Work off jobs until stopped; the one that runs is finished first."""
    site, stop, stale = context.site, threading.Event(), threading.Event()
    db.session.remove()  # no snapshot is held for as long as the worker lives
    presence = Presence(site, "jobs")
    presence.start()
    try:
        if once:
            click.echo(f"{run_pending(site)} run")
            return

        def begin_anew() -> None:
            """Newer code of a plugin is in force: finish the job under way, then load what is on disk."""
            stale.set()
            stop.set()

        site.on_stale = begin_anew
        # in a thread of its own: a signal must not meet the very thread that waits for it
        worker = threading.Thread(target=work, args=(site, stop), name="kezhi-jobs")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_given: stop.set())
        worker.start()
        while worker.is_alive():
            worker.join(1)
    finally:
        presence.stop()
    if stale.is_set():
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the very command that runs


@job_group.command("list")
@click.option("--state", type=click.Choice(["waiting", "running", "done", "dead", "skipped"]))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def jobs_list(context: Context, state: str | None, as_json: bool) -> None:
    """The slots of the last days, newest first."""
    columns = (job.c.id, job.c.job, job.c.slot, job.c.state, job.c.attempts, job.c.due_at, job.c.progress, job.c.error)
    statement = select(*columns).order_by(job.c.due_at.desc(), job.c.id.desc()).limit(500)
    rows = db.session.execute(statement.where(job.c.state == state) if state else statement).mappings().all()
    found: list[dict[str, Any]] = [{**row, "due_at": row["due_at"].isoformat(timespec="seconds")} for row in rows]
    if as_json:
        print_json(found)
        return
    for row in found:
        far = progress_of(row["progress"]).figure if row["state"] == RUNNING else ""
        click.echo(f"{row['id']:6} {row['state']:8} {row['job']:30} {row['due_at']}  {far or row['error']}".rstrip())


@job_group.command("start")
@click.argument("key")
@click.option("--json", "as_json", is_flag=True)
def jobs_start(key: str, as_json: bool) -> None:
    """Put a job up to be run now, with your rights."""
    with writing():
        start(key)
    if as_json:
        print_json({"job": key, "state": WAITING})
    else:
        click.echo(f"{key} will be run")


@job_group.command("retry")
@click.argument("number", type=int)
def jobs_retry(number: int) -> None:
    """Try a job again that has failed or was cancelled."""
    with writing():
        retry(number)
    click.echo(f"{number} will be tried again")


@job_group.command("cancel")
@click.argument("number", type=int)
def jobs_cancel(number: int) -> None:
    """Cancel a job that waits or has failed; one that runs stops where it next looks, and nothing of it stays."""
    with writing():
        ended = job_services.cancel(number)
    click.echo(f"{number} is cancelled" if ended else f"{number} was asked to stop")
