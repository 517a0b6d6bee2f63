"""What is in the clear or under an old key is brought under the one in force: after a rotation, and every night."""

from __future__ import annotations

from kezhi import Job, Task
from kezhi import lazy_gettext as _l

from . import services
from .ring import FIELDS


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [
        Job(services.RENEW, _l("Bring data under the key in force"), run, schedule="20 2 * * *"),
        Job(services.TAKE_UP, _l("Seal fields that are in the clear"), take_up, schedule="*/10 * * * *"),
    ]


def run(_task: Task) -> None:
    """The job. Its batches are transactions of their own; what is done twice is done once."""
    services.renew()


def take_up(_task: Task) -> None:
    """Fields of before an upgrade, or of before a deviation ended, need not wait for the night."""
    services.renew(FIELDS)
