"""Trade figures on the card of every customer (CUS-15)."""

from __future__ import annotations

from typing import Any

from kezhi.builtin.cards.contributions import CardFigure
from kezhi.metrics import metric

from .services.rows import as_recorded

#: metrics that stand on the card, those of the period first
ON_CARD = ("order_amount", "order_count", "gross_profit", "last_order", "years_together", "disputes")


def figures() -> list[CardFigure]:
    """Metrics of this app, for the card's period."""
    found = []
    for place, key in enumerate(ON_CARD):
        known: Any = metric(f"trade.{key}")
        more: dict[str, Any] = {"no_rows": known.no_rows, "order": 20 + place}
        found.append(CardFigure(known.key, known.title, known.unit, "trade.read", _recorded(known.select), **more))
    return found


def _recorded(select: Any) -> Any:
    """A card shows what is recorded today, also where grading reads confirmed months only."""

    def read(period: Any, population: Any) -> Any:
        with as_recorded():
            return select(period, population)

    return read
