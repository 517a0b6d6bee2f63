"""What must always be true of notes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import Mention, Note

MOST = 20


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [Check("timeline.mentions", _l("Every mention stands at an @ of its note"), places)]


def places(session: Session) -> Sequence[Finding]:
    """Mentions that point at something else: their names would be shown nowhere."""
    at = func.substr(Note.text, Mention.position + 1, 1)
    statement = select(Note.id).join(Mention, Mention.note_id == Note.id).where(at != "@").distinct().limit(MOST)
    return [
        Finding(_("Note %(number)s mentions somebody at a place that is not an @.", number=found))
        for found in session.scalars(statement.order_by(Note.id))
    ]
