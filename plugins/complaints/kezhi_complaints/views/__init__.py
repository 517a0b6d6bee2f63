"""The pages of complaints."""

from __future__ import annotations

from flask import Blueprint

from . import levels, records

BOTH = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages under ``/complaints``."""
    pages = Blueprint("complaints", __name__.rpartition(".")[0], url_prefix="/complaints")
    rule = pages.add_url_rule
    rule("", "index", records.index)
    rule("/new", "new", records.new, methods=BOTH)
    rule("/<int:complaint_id>", "show", records.show)
    rule("/levels", "levels", levels.index)
    rule("/levels/<tier>", "edit_level", levels.edit, methods=BOTH)
    rule("/<int:complaint_id>/demand", "demand", levels.demand, methods=("POST",))
    return pages
