"""Whoever is mentioned in a note is told of it (TSK-02)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import url_for

from kezhi import acting_user
from kezhi import lazy_gettext as _l

from ...tasks.contributions import About, NoticeKind
from ...tasks.services import notify, read_about
from ..contributions import Timeline
from ..models import Note

MENTION = "timeline.mention"


def kinds() -> list[NoticeKind]:
    """The kind of notice that notes send."""
    from .access import USE
    from .inbox import mark_read

    return [
        NoticeKind(
            MENTION,
            _l("Somebody mentions me in a note"),
            page=lambda note_id: url_for("timeline.note", note_id=int(note_id)),
            icon="at",
            model=Note,
            permission=USE,
            opened=lambda note_id: mark_read(int(note_id)),
        )
    ]


def tell_mentioned(note: Note, timeline: Timeline, record: Any, people: Collection[int]) -> None:
    """Tell people who are mentioned and were not before."""
    text = _l("%(name)s mentioned you in a note", name=acting_user().name)
    notify(MENTION, people, text, About(timeline.name(record), str(note.id), note.id, note.customer_id))


def seen(note_id: int) -> None:
    """The acting person has read the note itself."""
    read_about(MENTION, note_id)
