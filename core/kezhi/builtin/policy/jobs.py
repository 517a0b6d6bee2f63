"""The daily record of the board (PER-01)."""

from __future__ import annotations

import kezhi
from kezhi import Job, clock
from kezhi import lazy_gettext as _l


def jobs() -> list[Job]:
    """The job of this builtin."""
    return [Job("policy.record", _l("Record how every clause stands today"), record, schedule="10 6 * * *")]


def record(task: kezhi.Task) -> None:
    """Ask for all evidence, then write it down; a day that is on record stays as it is."""
    from .services import board
    from .services import record as write_down

    today = clock.today()
    rows = board(today=today)
    with task.effect():
        write_down(rows, today)
