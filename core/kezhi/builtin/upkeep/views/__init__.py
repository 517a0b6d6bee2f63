"""Pages of this builtin."""

from __future__ import annotations

from flask import Blueprint

from . import notes, verifying


def blueprint() -> Blueprint:
    """``/upkeep`` and what is below it."""
    pages = Blueprint("upkeep", __name__, url_prefix="/upkeep")
    both, post = ["GET", "POST"], ["POST"]
    pages.add_url_rule("/verify", "verify_many", verifying.verify_many, methods=post)
    pages.add_url_rule("/verify/<int:customer_id>", "verify", verifying.verify, methods=both)
    pages.add_url_rule("/notes", "notes", notes.index)
    pages.add_url_rule("/notes/write", "write_note", notes.write, methods=both)
    pages.add_url_rule("/notes/owed", "notes_owed", notes.owed)
    pages.add_url_rule("/notes/<int:observation_id>", "note", notes.show)
    return pages
