"""Hooks of the customer cards."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import CardFigure


@spec("view")
def card_figures() -> list[CardFigure]:  # type: ignore[empty-body]
    """What: figures of the plugin on the card of every customer.

    Returns: figures. Called by: the card's page and document, and the job that freezes the cards of a period. On error:
    dropped; the cards of a period that are frozen meanwhile lack them and name those that they have.
    """
