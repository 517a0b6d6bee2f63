"""The pages of complaints."""

from __future__ import annotations

from flask import Blueprint

from . import assisting, handling, records

BOTH = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages under ``/complaints``."""
    pages = Blueprint("complaints", __name__.rpartition(".")[0], url_prefix="/complaints")
    rule = pages.add_url_rule
    rule("", "index", records.index)
    rule("/new", "new", records.new, methods=BOTH)
    rule("/<int:complaint_id>", "show", records.show)
    one, post = "/<int:complaint_id>", ("POST",)
    rule(f"{one}/steps/<key>", "step", handling.step, methods=BOTH)
    rule(f"{one}/findings", "findings", handling.findings, methods=post)
    rule(f"{one}/judgement", "judgement", handling.judgement, methods=post)
    rule(f"{one}/notes", "note", handling.note, methods=post)
    rule(f"{one}/help", "ask", handling.ask, methods=post)
    rule(f"{one}/guidance", "guide", handling.guide, methods=post)
    rule(f"{one}/guidance/<int:guidance_id>", "answer_guidance", handling.answer_guidance, methods=post)
    rule("/help/<int:help_id>", "help", assisting.help, methods=BOTH)
    rule("/help/<int:help_id>/decline", "decline_help", assisting.decline_help, methods=post)
    return pages
