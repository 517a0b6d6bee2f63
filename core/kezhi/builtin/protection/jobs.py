"""What is in the clear or under an old key is brought under the one in force: after a rotation, and every night."""

from __future__ import annotations

from kezhi import Job, Task
from kezhi import lazy_gettext as _l

from . import services


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [Job(services.RENEW, _l("Bring data under the key in force"), run, schedule="20 2 * * *")]


def run(_task: Task) -> None:
    """The job. Its batches are transactions of their own; what is done twice is done once."""
    services.renew()
