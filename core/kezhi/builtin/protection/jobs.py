"""What is in the clear or under an old key is brought under the one in force: after a rotation, and every night."""

from __future__ import annotations

from kezhi import Job, Task
from kezhi import lazy_gettext as _l
from kezhi.db import end_reading

from . import services
from .ring import FIELDS


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [
        Job(services.RENEW, _l("Bring data under the key in force"), run, schedule="20 2 * * *"),
        Job(services.TAKE_UP, _l("Seal fields that are in the clear"), take_up, schedule="*/10 * * * *"),
    ]


def run(task: Task) -> None:
    """The job. Its batches are transactions of their own; what is done twice is done once."""
    _renew(task)


def take_up(task: Task) -> None:
    """Fields of before an upgrade, or of before a deviation ended, need not wait for the night."""
    _renew(task, FIELDS)


def _renew(task: Task, purpose: str = "") -> None:
    """Most nights there is nothing to do: what waits is counted once there is."""
    all_of_it = 0

    def told(done: int) -> None:
        nonlocal all_of_it
        if not all_of_it:
            left = sum(each.waiting for each in services.standing() if not purpose or each.use.purpose == purpose)
            all_of_it = done + left
            end_reading()
        task.progress(done, all_of_it, _l("Data are brought under the key in force"))

    services.renew(purpose, told)
