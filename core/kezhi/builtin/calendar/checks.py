"""What must be true of the working calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import Calendar

#: China announces the make-up days of the next year in November or earlier.
AHEAD = timedelta(days=31)


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("calendar.company", _l("The company has exactly one calendar of its own"), company),
        Check("calendar.published", _l("The make-up workdays of the coming weeks are known"), published),
    ]


def company(session: Session) -> Sequence[Finding]:
    """Everybody without another calendar works by that one."""
    count = session.scalar(select(func.count()).select_from(Calendar).where(Calendar.is_company))
    return [] if count == 1 else [Finding(_("There are %(count)s calendars of the company.", count=count or 0))]


def published(session: Session) -> Sequence[Finding]:
    """A year that begins within a month should be complete."""
    from .services import is_complete

    today = clock.today()
    years = sorted({today.year, (today + AHEAD).year})
    found = []
    for year in years:
        if not is_complete(year):
            text = _(
                "The make-up workdays of %(year)s are not published: complete the year by hand under Working calendar.",
                year=year,
            )
            found.append(Finding(text, level="advice"))
    return found
