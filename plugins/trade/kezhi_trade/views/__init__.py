"""The pages of the trade app."""

from __future__ import annotations

from flask import Blueprint

from . import declarations, disputes, figures, matching, months, orders, stocks, vouchers

BOTH = ("GET", "POST")


def blueprint() -> Blueprint:
    """The pages under ``/trade``."""
    pages = Blueprint("trade", __name__.partition(".")[0], url_prefix="/trade")
    pages.add_url_rule("", "index", orders.index)
    pages.add_url_rule("/new", "new", orders.new, methods=BOTH)
    pages.add_url_rule("/move", "move", orders.move, methods=["POST"])
    pages.add_url_rule("/finish", "finish", orders.finish, methods=["POST"])
    pages.add_url_rule("/<int:order_id>", "show", orders.show)
    pages.add_url_rule("/<int:order_id>/edit", "edit", orders.edit, methods=BOTH)
    pages.add_url_rule("/<int:order_id>/cancel", "cancel", orders.cancel, methods=BOTH)
    pages.add_url_rule("/declared", "declarations", declarations.index)
    pages.add_url_rule("/declared/new", "declare", declarations.new, methods=BOTH)
    pages.add_url_rule("/declared/<int:declaration_id>", "declaration", declarations.show)
    pages.add_url_rule("/declared/<int:declaration_id>/withdraw", "withdraw", declarations.withdraw, methods=BOTH)
    pages.add_url_rule("/declared/figures", "figures", figures.index, methods=BOTH)
    pages.add_url_rule("/declared/figures/change", "change_figure", figures.change, methods=["POST"])
    pages.add_url_rule("/disputes", "disputes", disputes.index)
    pages.add_url_rule("/disputes/new", "new_dispute", disputes.new, methods=BOTH)
    pages.add_url_rule("/disputes/move", "move_dispute", disputes.move, methods=["POST"])
    pages.add_url_rule("/disputes/<int:dispute_id>", "dispute", disputes.show)
    pages.add_url_rule("/disputes/<int:dispute_id>/edit", "edit_dispute", disputes.edit, methods=BOTH)
    vouchers.add_pages(pages)
    pages.add_url_rule("/receipts/match", "match_all", matching.match_all, methods=["POST"])
    pages.add_url_rule("/receipts/<int:receipt_id>/match", "match", matching.match, methods=["POST"])
    pages.add_url_rule("/receipts/<int:receipt_id>/unmatch", "unmatch", matching.unmatch, methods=["POST"])
    pages.add_url_rule("/months", "months", months.index)
    pages.add_url_rule("/months/<month>", "month", months.show)
    pages.add_url_rule("/months/<month>/step", "month_step", months.step, methods=["POST"])
    pages.add_url_rule("/months/<month>/back", "month_back", months.back, methods=BOTH)
    pages.add_url_rule("/stock", "stocks", stocks.index)
    pages.add_url_rule("/stock/new", "new_stock", stocks.new, methods=BOTH)
    pages.add_url_rule("/stock/<int:stock_id>", "stock", stocks.show)
    pages.add_url_rule("/stock/<int:stock_id>/edit", "edit_stock", stocks.edit, methods=BOTH)
    return pages
