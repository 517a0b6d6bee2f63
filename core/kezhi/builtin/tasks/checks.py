"""What must always be true of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from ..accounts.models import Account
from .models import Mail, Notice, Task

LATE, LATELY = timedelta(hours=1), timedelta(days=7)


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("tasks.owners", _l("Every open task is up to somebody who can do it"), owners),
        Check("tasks.mail", _l("E-mails go out"), mails),
    ]


def owners(session: Session) -> Sequence[Finding]:
    """Open tasks of people who left, and those that are up to nobody at all."""
    statement = select(func.count()).select_from(Task).outerjoin(Account, Account.id == Task.owner_id)
    left = session.scalar(statement.where(Task.closed_at.is_(None), Account.active.is_(False))) or 0
    nobody = session.scalar(
        select(func.count()).where(Task.closed_at.is_(None), Task.owner_id.is_(None), Task.department_id.is_(None))
    )
    found = []
    if left:
        text = ngettext(
            "%(num)s open task is up to somebody who left: hand it over.",
            "%(num)s open tasks are up to people who left: hand them over.",
            left,
        )
        found.append(Finding(text, "advice"))
    if nobody:
        text = ngettext("%(num)s open task is up to nobody.", "%(num)s open tasks are up to nobody.", nobody)
        found.append(Finding(text))
    return found


def mails(session: Session) -> Sequence[Finding]:
    """E-mails that wait for long, and those that were given up lately with the reason of the last one."""
    now = clock.now()
    open_ones = select(func.count()).select_from(Mail).where(Mail.ended_at.is_(None), Mail.attempts > 0)
    late = (
        session.scalar(open_ones.join(Notice, Notice.id == Mail.notice_id).where(Notice.created_at < now - LATE)) or 0
    )
    lately = (Mail.outcome == "failed", Mail.ended_at > now - LATELY)
    count = session.scalar(select(func.count()).select_from(Mail).where(*lately)) or 0
    found = []
    if late:
        text = ngettext(
            "%(num)s e-mail could not be sent for more than an hour: is the mail server right?",
            "%(num)s e-mails could not be sent for more than an hour: is the mail server right?",
            late,
        )
        found.append(Finding(text, "advice"))
    if count:
        reason = session.scalar(select(Mail.error).where(*lately).order_by(Mail.ended_at.desc()).limit(1)) or "—"
        text = ngettext(
            "%(num)s e-mail was given up within a week, the last one for: %(reason)s.",
            "%(num)s e-mails were given up within a week, the last one for: %(reason)s.",
            count,
            reason=reason,
        )
        found.append(Finding(text, "advice"))
    return found
