"""Score cards: asked of whoever provides them, so that nobody has to know the app that judges customers by points."""

from __future__ import annotations

from flask import current_app

from ..contributions import ScoreCard


def score_cards() -> dict[str, ScoreCard]:
    """The score cards of the enabled apps by ``app.key``; empty without an app that has any."""
    given = current_app.extensions["kezhi"].call.attributed.customer_score_cards()
    return {f"{app}.{card.key}": card for app, card in given}
