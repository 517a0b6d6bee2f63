"""What must always be true of tasks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from ..accounts.models import Account
from .models import Task


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [Check("tasks.owners", _l("Every open task is up to somebody who can do it"), owners)]


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
