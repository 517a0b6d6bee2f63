"""What credit does by itself: the daily watch (CRD-06)."""

from __future__ import annotations

import kezhi
from kezhi import Job
from kezhi import lazy_gettext as _l


def jobs() -> list[Job]:
    """The jobs of this plugin."""
    return [Job("credit.watch", _l("Watch the credit of rated customers"), run, schedule="30 6 * * *")]


def run(task: kezhi.Task) -> None:
    """One look at every rated customer; a slot that is run twice finds nothing new."""
    from .services.watching import watch

    with task.effect():
        watch()
