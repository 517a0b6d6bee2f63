"""What the audit log does by itself, and what the doctor says of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from kezhi import Check, Finding, Job, Refused, Task
from kezhi import lazy_gettext as _l
from kezhi.i18n import gettext as _

from .commands import fault_text
from .services import verify_and_note, verify_site


def jobs() -> list[Job]:
    """The daily walk."""
    return [
        Job("audit.verify", _l("Verify the audit log and take an anchor"), verify, schedule="20 4 * * *", attempts=1)
    ]


def verify(task: Task) -> None:
    """Walk the chain. A fault fails the job for good: it stands in the list of jobs, in the log and in the doctor."""
    verdict = verify_and_note()
    if verdict.fault is not None:
        raise RuntimeError(fault_text(verdict.fault.seq, verdict.fault.kind))


def checks() -> list[Check]:
    """The invariant of the chain."""
    return [Check("audit.chain", _l("The audit chain holds"), _find)]


def _find(_session: Session) -> Sequence[Finding]:
    try:
        verdict = verify_site()
    except Refused as error:
        return [Finding(str(error))]
    if verdict.fault is not None:
        return [Finding(fault_text(verdict.fault.seq, verdict.fault.kind))]
    return [] if verdict.entries else [Finding(_("The audit chain is empty."))]
