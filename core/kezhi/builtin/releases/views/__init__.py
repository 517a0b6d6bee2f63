"""The pages of data requests and of the register of external releases."""

from __future__ import annotations

from flask import Blueprint

from . import answering, asking, register

BOTH = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages under ``/releases``."""
    pages = Blueprint("releases", __name__.rpartition(".")[0], url_prefix="/releases")
    rule = pages.add_url_rule
    rule("", "index", asking.index)
    rule("/new", "new", asking.new, methods=BOTH)
    rule("/chosen", "ask_chosen", asking.ask_chosen, methods=["POST"])
    rule("/<int:request_id>", "show", asking.show)
    rule("/<int:request_id>/again", "again", asking.again, methods=BOTH)
    rule("/<int:request_id>/answer", "answer", answering.answer, methods=BOTH)
    rule("/<int:request_id>/decline", "decline", answering.decline, methods=BOTH)
    rule("/register", "register", register.index)
    rule("/register/new", "new_release", register.new, methods=BOTH)
    rule("/register/<int:release_id>", "release", register.show)
    rule("/register/<int:release_id>/correct", "correct", register.correct, methods=BOTH)
    return pages
