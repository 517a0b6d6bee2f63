"""Customer cards: what pages, commands and the job call."""

from .comparing import Difference, differences, flows
from .figures import figures, shown, visible_figures
from .freezing import freeze, freeze_due, prune
from .reading import card_by_period, cards_of, current_values, period_by_id, periods, previous_period

__all__ = [
    "Difference",
    "card_by_period",
    "cards_of",
    "current_values",
    "differences",
    "figures",
    "flows",
    "freeze",
    "freeze_due",
    "period_by_id",
    "periods",
    "previous_period",
    "prune",
    "shown",
    "visible_figures",
]
