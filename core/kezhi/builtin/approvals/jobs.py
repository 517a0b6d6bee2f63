"""What is done about approvals by itself: whoever lets one wait too long is reminded (APR-03)."""

from __future__ import annotations

from kezhi import Job, Task, writing
from kezhi import lazy_gettext as _l


def jobs() -> list[Job]:
    """The jobs of this builtin."""
    title = _l("Remind of approvals that wait too long")
    return [Job("approvals.remind", title, remind, schedule="*/15 * * * *")]


def remind(task: Task) -> None:
    """Remind who has to sign, then raise what waits twice as long; each chunk is a transaction of its own."""
    from .services import reminders

    for step in (reminders.remind, reminders.raise_late):
        more = True
        while more:
            with writing():
                more = step()
