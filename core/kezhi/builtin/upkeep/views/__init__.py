"""Pages of this builtin."""

from __future__ import annotations

from flask import Blueprint

from . import checks, keeping, notes, protection, verifying


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
    pages.add_url_rule("/protection", "protection", protection.index)
    pages.add_url_rule("/protection/officer", "name_officer", protection.name_officer, methods=post)
    pages.add_url_rule("/procedures/new", "publish", protection.publish, methods=both)
    pages.add_url_rule("/procedures/<int:number>", "procedure", protection.procedure)
    pages.add_url_rule("/procedures/<int:number>/read", "acknowledge", protection.acknowledge, methods=post)
    pages.add_url_rule("/checks", "checks", checks.index)
    pages.add_url_rule("/checks", "begin_check", checks.begin, methods=post)
    pages.add_url_rule("/checks/<int:check_id>", "check", checks.show)
    pages.add_url_rule("/checks/<int:check_id>", "record_check", checks.record, methods=post)
    pages.add_url_rule("/checks/<int:check_id>/findings", "add_finding", checks.add_finding, methods=post)
    pages.add_url_rule("/checks/<int:check_id>/finish", "finish_check", checks.finish, methods=post)
    pages.add_url_rule("/findings", "findings", checks.findings)
    pages.add_url_rule("/findings/<int:finding_id>", "finding", checks.finding, methods=both)
    pages.add_url_rule("/copies", "copies_many", keeping.copies_many, methods=post)
    pages.add_url_rule("/copies/<int:customer_id>", "copies", keeping.copies, methods=both)
    pages.add_url_rule("/guidance", "guidance", keeping.guidance)
    pages.add_url_rule("/guidance/new", "guide", keeping.guide, methods=both)
    return pages
