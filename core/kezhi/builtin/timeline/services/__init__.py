"""Notes and mentions as plain functions: the pages, commands and other plugins are thin callers."""

from .access import note_by_id, record_for, timeline_for, timelines
from .inbox import Mentioned, inbox, mark_all_read, mark_read, unread
from .notes import (
    Written,
    edit_note,
    forget_plugin,
    may_edit,
    notes_of,
    open_text,
    overview,
    remove_note,
    write_note,
    written,
)
from .people import readers, suggestions

__all__ = [
    "Mentioned",
    "Written",
    "edit_note",
    "forget_plugin",
    "inbox",
    "mark_all_read",
    "mark_read",
    "may_edit",
    "note_by_id",
    "notes_of",
    "open_text",
    "overview",
    "readers",
    "record_for",
    "remove_note",
    "suggestions",
    "timeline_for",
    "timelines",
    "unread",
    "write_note",
    "written",
]
