"""The pages of the credit app."""

from __future__ import annotations

from flask import Blueprint

from . import alerts, cards, checks, classes, customers, exposure, investigations, reports, sheets

BOTH = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages under ``/credit``."""
    pages = Blueprint("credit", __name__.partition(".")[0], url_prefix="/credit")
    pages.add_url_rule("", "index", customers.index)
    pages.add_url_rule("/customers/<int:customer_id>", "customer", customers.show)
    pages.add_url_rule("/customers/<int:customer_id>/class", "rate", customers.rate, methods=BOTH)
    pages.add_url_rule("/customers/<int:customer_id>/limit", "ask_limit", customers.ask, methods=BOTH)
    pages.add_url_rule("/customers/<int:customer_id>/rows/<figure>", "rows", exposure.rows)
    pages.add_url_rule("/reports", "reports", reports.index)
    pages.add_url_rule("/customers/<int:customer_id>/measure", "measure", alerts.measure, methods=BOTH)
    pages.add_url_rule("/measures/<int:measure_id>/security", "security", alerts.security, methods=BOTH)
    pages.add_url_rule("/alerts", "alerts", alerts.index)
    pages.add_url_rule("/alerts/<int:alert_id>", "alert", alerts.show)
    pages.add_url_rule(
        "/customers/<int:customer_id>/investigate", "ask_investigation", investigations.ask, methods=BOTH
    )
    pages.add_url_rule("/customers/<int:customer_id>/sheet", "fill_in_sheet", sheets.fill_in, methods=BOTH)
    pages.add_url_rule("/investigations", "investigations", investigations.index)
    one = "/investigations/<int:investigation_id>"
    pages.add_url_rule(one, "investigation", investigations.show)
    pages.add_url_rule(f"{one}/findings", "record_investigation", investigations.record, methods=BOTH)
    pages.add_url_rule(f"{one}/cancel", "cancel_investigation", investigations.cancel, methods=["POST"])
    pages.add_url_rule("/sheets", "sheets", sheets.index)
    pages.add_url_rule("/sheets/<int:sheet_id>", "sheet", sheets.show)
    pages.add_url_rule("/sheets/<int:sheet_id>/decide", "decide_sheet", sheets.decide, methods=["POST"])
    pages.add_url_rule("/card", "card", cards.card)
    pages.add_url_rule("/card/edit", "edit_card", cards.edit_card, methods=BOTH)
    pages.add_url_rule("/sources", "sources", cards.sources, methods=BOTH)
    pages.add_url_rule("/sources/<int:source_id>", "edit_source", cards.edit_source, methods=BOTH)
    pages.add_url_rule("/sources/<int:source_id>/retire", "retire_source", cards.retire_source, methods=["POST"])
    pages.add_url_rule("/check", "check", checks.index)
    pages.add_url_rule("/check/reserve", "reserve", checks.reserve, methods=["POST"])
    pages.add_url_rule("/check/release", "release", checks.release, methods=BOTH)
    pages.add_url_rule("/reservations/<int:reservation_id>/cancel", "cancel", checks.cancel, methods=["POST"])
    pages.add_url_rule("/limits/<int:limit_id>/end", "end_limit", customers.end, methods=BOTH)
    pages.add_url_rule("/classes", "classes", classes.index)
    pages.add_url_rule("/classes/new", "new_class", classes.new, methods=BOTH)
    pages.add_url_rule("/classes/<int:class_id>", "credit_class", classes.show)
    pages.add_url_rule("/classes/<int:class_id>/edit", "edit_class", classes.edit, methods=BOTH)
    pages.add_url_rule("/classes/<int:class_id>/retire", "retire_class", classes.retire, methods=["POST"])
    return pages
