"""What is done about duties by itself: opened, closed, passed up (TSK-01)."""

from __future__ import annotations

import kezhi
from kezhi import Job, writing
from kezhi import lazy_gettext as _l


def jobs() -> list[Job]:
    """The jobs of this builtin."""
    return [
        Job("tasks.sync", _l("Open what is due as tasks, close what is settled"), sync, schedule="5 * * * *"),
        Job("tasks.mail", _l("Send notices by e-mail"), mail, schedule="*/5 * * * *"),
        Job("tasks.escalate", _l("Pass overdue tasks up to managers"), escalate, schedule="*/15 * * * *"),
    ]


def sync(task: kezhi.Task) -> None:
    """Bring the tasks of every kind up to date; run again it changes nothing."""
    from .services import sync_all

    sync_all()


def escalate(task: kezhi.Task) -> None:
    """Pass up what has been overdue for too long."""
    from .services import escalate as pass_up

    with writing():
        pass_up()


def mail(task: kezhi.Task) -> None:
    """Send the e-mails that are due; what could not be sent is tried again later."""
    from .services import send_due

    send_due()
