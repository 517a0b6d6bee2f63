"""Grade and score on the card of every customer: customers are classified by the grade (CUS-15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from kezhi import Period
from kezhi import lazy_gettext as _l
from kezhi.builtin.cards.contributions import CardFigure

from .models import CurrentGrade
from .services.schemes import primary_key

CURRENT = CurrentGrade.__table__.c


def figures() -> list[CardFigure]:
    """By the primary scheme, as they are in force when the card is made."""
    return [
        CardFigure("grading.grade", _l("Grade"), "text", "grading.read", _in_force("grade"), classifies=True, order=10),
        CardFigure("grading.score", _l("Score"), "points", "grading.read", _in_force("score"), order=11),
    ]


def _in_force(name: str) -> Any:
    def chosen(_period: Period, population: Select[Any]) -> Select[Any]:
        rows = select(CURRENT.customer_id, CURRENT[name].label("value"))
        return rows.where(CURRENT.scheme_key == primary_key(), CURRENT.customer_id.in_(population))

    return chosen
