"""Pages of the customer file."""

from __future__ import annotations

from flask import Blueprint

from ..bulk import assign
from . import analyses, contacts, duplicates, lists, records, sharing


def blueprint() -> Blueprint:
    """``/customers`` and what is below it."""
    pages = Blueprint("customers", __name__, url_prefix="/customers")
    both, post = ["GET", "POST"], ["POST"]
    one = "/<int:customer_id>"
    pages.add_url_rule("", "index", records.index)
    pages.add_url_rule("/new", "new", records.new, methods=both)
    pages.add_url_rule("/assign", "assign", assign, methods=post)
    pages.add_url_rule(one, "show", records.show)
    pages.add_url_rule(f"{one}/edit", "edit", records.edit, methods=both)
    pages.add_url_rule(f"{one}/recognise", "recognise", records.recognise, methods=post)
    pages.add_url_rule(f"{one}/analysis", "analyse", analyses.add, methods=post)
    pages.add_url_rule(f"{one}/contacts/new", "new_contact", contacts.new, methods=both)
    pages.add_url_rule(f"{one}/contacts/<int:contact_id>", "contact", contacts.edit, methods=both)
    pages.add_url_rule(f"{one}/contacts/<int:contact_id>/left", "contact_left", contacts.left, methods=post)
    pages.add_url_rule("/shared", "shared", sharing.shared)
    pages.add_url_rule("/share", "share_several", sharing.share_several, methods=post)
    pages.add_url_rule(f"{one}/share", "share", sharing.share, methods=both)
    pages.add_url_rule(f"{one}/shares/<int:share_id>/end", "end_share", sharing.end, methods=post)
    pages.add_url_rule("/alike", "alike", duplicates.alike, methods=post)
    pages.add_url_rule("/duplicates", "duplicates", duplicates.scan_page)
    pages.add_url_rule("/duplicates/apart", "keep_apart", duplicates.keep_apart, methods=post)
    pages.add_url_rule("/merge", "merge", duplicates.merge, methods=both)
    pages.add_url_rule("/lists", "lists", lists.index)
    pages.add_url_rule("/lists/<key>", "list", lists.show, methods=both)
    pages.add_url_rule("/lists/<key>/change", "change_entry", lists.change, methods=post)
    return pages
