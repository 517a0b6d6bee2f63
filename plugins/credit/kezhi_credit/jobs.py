"""What credit does by itself: the daily watch, and figures of lists that are counted when they are due (CRD-06)."""

from __future__ import annotations

import kezhi
from kezhi import Job
from kezhi import lazy_gettext as _l

from .services.following import REFRESH


def jobs() -> list[Job]:
    """The jobs of this plugin."""
    return [
        Job("credit.watch", _l("Watch the credit of rated customers"), run, schedule="30 6 * * *"),
        Job("credit.enter", _l("Enter who is missing among the credit figures of lists"), enter, schedule="2 0 * * *"),
        Job(REFRESH, _l("Count the credit figures of lists that are out of date"), refresh, schedule="*/5 * * * *"),
    ]


def run(task: kezhi.Task) -> None:
    """One look at every rated customer; a slot that is run twice finds nothing new."""
    from .services.watching import watch

    with task.effect():
        watch()


def enter(_task: kezhi.Task) -> None:
    """Whoever has something without a row in the summary gets one; counted with those that are out of date."""
    from .services.summary import enter_missing

    enter_missing()


def refresh(task: kezhi.Task) -> None:
    """Chunk by chunk, each in effect by itself: a run that was cut off is gone on with by the next one."""
    from .services.summary import enter_missing, refresh_due, was_begun

    if not was_begun():  # just enabled, or upgraded, or another app says what customers owe
        enter_missing()
    refresh_due(task.progress)
