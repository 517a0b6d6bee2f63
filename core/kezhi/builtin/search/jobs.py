"""The tokens of many records at once, in the background."""

from __future__ import annotations

from kezhi import Job, Task
from kezhi import lazy_gettext as _l

from .services.following import JOB, reconcile, work_off


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [Job(JOB, _l("Take up records for the search"), follow, schedule="*/10 * * * *")]


def follow(task: Task) -> None:
    """Take up what waits: new kinds, and records that changed many at a time. Doing it twice changes nothing."""
    reconcile()
    work_off()
    with task.effect():
        pass
