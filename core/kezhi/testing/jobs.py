"""Running jobs in tests, as a worker would: one slot, or one slot whose worker dies at the worst moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from ..db import db, writing
from ..jobs import DEAD, DONE, RUNNING, WAITING, Task, _claim, _run, enqueue
from ..tables import job as table


def run_job(app: Flask, key: str, slot: str = "test", payload: Mapping[str, Any] | None = None) -> str:
    """Enqueue and run one slot; answers its state: ``done``, or ``waiting`` and ``dead`` after an error."""
    with app.app_context():
        with writing():
            enqueue(key, slot, payload)
        return _run_slot(app, key, slot)


def run_job_cut_off(app: Flask, key: str, slot: str = "test", payload: Mapping[str, Any] | None = None) -> str:
    """As :func:`run_job`, but the worker dies when the job's function has returned and nobody has noted it.

    What the job wrote outside ``task.effect()`` is written by then, and another worker runs the slot again.
    """
    with app.app_context():
        with writing():
            enqueue(key, slot, payload)
        task = _claim_slot(key, slot)
        app.extensions["kezhi"].jobs[key].run(task)
        db.session.rollback()
        with writing() as session:  # the lease runs out
            unfinished = (table.c.job == key, table.c.slot == slot, table.c.state == RUNNING)
            session.execute(update(table).where(*unfinished).values(state=WAITING, lease_until=None))
        return _run_slot(app, key, slot)


def _claim_slot(key: str, slot: str) -> Task:
    with writing() as session:  # nothing else is due
        session.execute(update(table).where(table.c.slot != slot, table.c.state == WAITING).values(state="held"))
    task = _claim("test")
    with writing() as session:
        session.execute(update(table).where(table.c.state == "held").values(state=WAITING))
    assert task is not None
    assert task.job == key
    return task


def _run_slot(app: Flask, key: str, slot: str) -> str:
    state = select(table.c.state, table.c.error).where(table.c.job == key, table.c.slot == slot)
    if db.session.execute(state).one().state not in (DONE, DEAD):
        db.session.rollback()
        _run(app.extensions["kezhi"].site, _claim_slot(key, slot))
    db.session.rollback()
    return str(db.session.execute(state).one().state)
