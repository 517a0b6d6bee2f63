"""What must always be true of issued documents."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, tables
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..files.models import File, Version
from .models import Issue

MOST = 20


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("documents.numbers", _l("The numbers of issued documents have no gap and no double"), gaps),
        Check("documents.kept", _l("Every issued document is kept as it was issued"), kept),
    ]


def gaps(session: Session) -> Sequence[Finding]:
    """Sequences whose count, highest place and number row differ."""
    given = tables.number
    statement = (
        select(Issue.sequence, func.count(), func.max(Issue.place), given.c.value)
        .join(given, given.c.key == literal("documents.") + Issue.sequence, isouter=True)
        .group_by(Issue.sequence, given.c.value)
    )
    return [
        Finding(
            _(
                "%(sequence)s: %(count)s documents, the highest number is %(highest)s, the last one given %(given)s.",
                sequence=sequence,
                count=count,
                highest=highest,
                given=last if last is not None else "—",
            )
        )
        for sequence, count, highest, last in session.execute(statement)
        if not count == highest == last
    ]


def kept(session: Session) -> Sequence[Finding]:
    """Documents whose file is another one than was issued. Of an erased customer there is none any more."""
    statement = (
        select(Issue.number)
        .join(File, File.id == Issue.file_id)
        .join(Version, Version.file_id == File.id)
        .where(or_(Version.sha256 != Issue.sha256, Version.size != Issue.size, File.latest != 1))
    )
    found = session.scalars(statement.order_by(Issue.number).limit(MOST))
    return [Finding(_("%(number)s is not kept as it was issued.", number=number)) for number in found]
