"""The demo company's cards: frozen before anybody was graded, and since."""

from __future__ import annotations

from typing import Any

from kezhi.builtin.apps.demo import DemoContext

from ..policy.periods import last_periods
from .services import freeze

RHYTHMS: tuple[Any, ...] = ("month", "quarter", "year")


def before_grades(context: DemoContext) -> None:
    """The periods before the last ones: nobody has a grade yet."""
    _freeze(context, -3)


def with_grades(context: DemoContext) -> None:
    """The periods that ended last."""
    _freeze(context, -2)


def _freeze(context: DemoContext, which: int) -> None:
    for rhythm in RHYTHMS:
        freeze(rhythm, last_periods(rhythm, context.today, 3)[which])
