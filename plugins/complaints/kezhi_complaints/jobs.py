"""What complaints do by themselves (CMP-12)."""

from __future__ import annotations

import kezhi
from kezhi import Job
from kezhi import lazy_gettext as _l

from .report_jobs import report_jobs


def jobs() -> list[Job]:
    """The jobs of this plugin."""
    return [
        Job("complaints.clocks", _l("Watch the service clocks of complaints"), watch_clocks, schedule="* * * * *"),
        Job("complaints.ask", _l("Ask a customer by e-mail whether they are satisfied"), ask_by_mail),
        *report_jobs(),
    ]


def ask_by_mail(task: kezhi.Task) -> None:
    """The question after closing; tried again when the mail server does not answer."""
    from .services.satisfaction_mail import send

    send(task)


def watch_clocks(task: kezhi.Task) -> None:
    """One look at every open clock; a slot that is run twice finds nothing new."""
    from .services.escalation_job import watch

    with task.effect():
        watch()
