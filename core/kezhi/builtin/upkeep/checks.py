"""What must always be true of the upkeep of files, and what is still to be set up."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..accounts.models import Account
from .models import Officer


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [Check("upkeep.officer", _l("Somebody answers for the protection of customer data"), officer)]


def officer(session: Session) -> Sequence[Finding]:
    """Nobody is named, or who is named has left; two at a time cannot be."""
    open_ones = select(Officer, Account.active).join(Account, Account.id == Officer.user_id)
    rows = session.execute(open_ones.where(Officer.to_on.is_(None))).all()
    if len(rows) > 1:
        return [Finding(_("Two people are named for data protection without an end."))]
    there = session.scalar(select(func.count()).select_from(Officer))
    if not rows:
        text = _("Nobody is named for data protection.")
        return [Finding(text, "advice" if not there else "error")]
    if not rows[0].active:
        return [Finding(_("Who is named for data protection has left: name somebody else."), "advice")]
    return []
