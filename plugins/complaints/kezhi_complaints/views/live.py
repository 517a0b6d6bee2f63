"""The live board (CMP-21)."""

from __future__ import annotations

from flask import render_template

from kezhi import requires

from ..access import READ
from ..live_pages import board


@requires(READ)
def index() -> str:
    """What is open, what was kept this month, and why customers complain."""
    return render_template("complaints/live.html", **board())
