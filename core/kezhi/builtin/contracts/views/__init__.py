"""The pages of the contract register."""

from __future__ import annotations

from flask import Blueprint

from . import kinds, records, several

BOTH = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages under ``/contracts``."""
    pages = Blueprint("contracts", __name__.rpartition(".")[0], url_prefix="/contracts")
    pages.add_url_rule("", "index", records.index)
    pages.add_url_rule("/new", "new", records.new, methods=BOTH)
    pages.add_url_rule("/<int:contract_id>", "show", records.show)
    pages.add_url_rule("/<int:contract_id>/edit", "edit", records.edit, methods=BOTH)
    pages.add_url_rule("/<int:contract_id>/renew", "renew", records.renew, methods=BOTH)
    pages.add_url_rule("/<int:contract_id>/end", "end", records.end, methods=BOTH)
    pages.add_url_rule("/<int:contract_id>/reinstate", "reinstate", records.reinstate, methods=["POST"])
    pages.add_url_rule("/several/remind", "remind_several", several.remind, methods=["POST"])
    pages.add_url_rule("/several/end", "end_several", several.end, methods=["POST"])
    pages.add_url_rule("/kinds", "kinds", kinds.index, methods=BOTH)
    pages.add_url_rule("/kinds/change", "change_kind", kinds.change, methods=["POST"])
    return pages
