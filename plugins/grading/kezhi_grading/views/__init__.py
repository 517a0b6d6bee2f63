"""The pages of grading, under ``/grading``."""

from __future__ import annotations

from flask import Blueprint

from ..editor.views import add_to as add_editor
from . import found, notices, reasons, results, runs, schemes, whatif


def blueprint() -> Blueprint:
    """The pages under ``/grading``."""
    blue = Blueprint("grading", __name__.removesuffix(".views"), url_prefix="/grading")
    rule = blue.add_url_rule
    rule("", "index", runs.index)
    rule("/runs/new", "new", runs.new, methods=["GET", "POST"])
    rule("/runs/<int:number>", "run", runs.run)
    rule("/runs/<int:number>/submit", "submit", runs.submit, methods=["POST"])
    rule("/runs/<int:number>/results", "results", results.results)
    rule("/runs/<int:number>/results.csv", "results_csv", results.results_csv)
    rule("/runs/<int:number>/customers/<int:customer_id>", "explain", reasons.explain)
    rule("/customers/<int:customer_id>", "why", reasons.why)
    rule("/runs/<int:number>/customers/<int:customer_id>/notice", "notice", notices.notice, methods=["GET", "POST"])
    rule("/what-if", "what_if", whatif.what_if, methods=["GET", "POST"])
    rule("/schemes", "schemes", schemes.schemes)
    rule("/schemes/new", "upload", schemes.upload, methods=["GET", "POST"])
    rule("/schemes/<key>", "scheme", schemes.scheme)
    rule("/schemes/<key>/primary", "make_primary", schemes.make_primary, methods=["POST"])
    rule("/found/runs/<int:run_id>", "run_found", found.run_found)
    rule("/found/schemes/<int:scheme_id>", "scheme_found", found.scheme_found)
    add_editor(blue)
    return blue
