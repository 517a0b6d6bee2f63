"""The cards of a period are frozen in the night to the first working day after it (CUS-15)."""

from __future__ import annotations

from kezhi import Job
from kezhi import lazy_gettext as _l
from kezhi.jobs import Task


def jobs() -> list[Job]:
    """Every night what is due; what was missed is made up for."""
    return [Job("cards.freeze", _l("Freeze the customer cards of the period that ended"), run, schedule="40 1 * * *")]


def run(task: Task) -> None:
    """Both are safe to repeat: what a worker left half done is gone on with, and a frozen period stays as it is."""
    from .services import freeze_due, prune

    freeze_due()
    prune()
    with task.effect():
        pass
