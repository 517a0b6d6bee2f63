"""The tokens of many records at once, in the background."""

from __future__ import annotations

from kezhi import Job, Task
from kezhi import lazy_gettext as _l
from kezhi.db import end_reading

from .services.following import JOB, reconcile, waiting_count, work_off


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [Job(JOB, _l("Take up records for the search"), follow, schedule="*/10 * * * *")]


def follow(task: Task) -> None:
    """Take up what waits: new kinds, and records that changed many at a time. Doing it twice changes nothing."""
    reconcile()
    done, all_of_it = 0, waiting_count()
    end_reading()

    def told(_kind: str, count: int) -> None:
        nonlocal done
        done += count
        task.progress(done, all_of_it, _l("Records are taken up for the search"))

    task.progress(0, all_of_it, _l("Records are taken up for the search"))

    work_off(told)
    with task.effect():
        pass
