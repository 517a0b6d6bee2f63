"""The grade in the list of customers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, case, literal

from kezhi import Choice, Column, Filter, Join
from kezhi import lazy_gettext as _l
from kezhi.cells import RENDERERS, graded

from .models import CurrentGrade
from .services.schemes import primary_key
from .services.standing import grades_in_force

CURRENT: Any = CurrentGrade.__table__


GRADE = RENDERERS["grade"]
#: The value is the place by which the list is sorted, the first extra the grade: no scheme need be read to show it.
NAMED_GRADE = replace(
    GRADE,
    html=lambda cell: graded(cell.extra[0] or "", cell.extra[1] or "gray", cell.extra[2:], cell.names[2:]),
    export=lambda cell: cell.extra[0] or "",
    labelled=False,
)


@cache
def customer_columns() -> list[Column]:
    """Grade and score by the primary scheme. Which one that is, is asked when the list is read."""
    primary: Any = bindparam("grading_primary", callable_=primary_key, type_=Text(), unique=True)
    join = Join(CURRENT, CURRENT.c.customer_id, (CURRENT.c.scheme_key == primary,))
    endpoint = case((CURRENT.c.grade.is_not(None), literal("grading.why", Text())))
    return [
        Column(
            "grading.grade",
            _l("Grade"),
            CURRENT.c.grade_order,
            join=join,
            sortable=True,
            filter=Filter("choice", choices=primary_choices, apply=_has_grade),
            default=True,
            permission="grading.read",
            render=NAMED_GRADE,
            order=2,
            extra=(CURRENT.c.grade, CURRENT.c.tone, endpoint, CURRENT.c.customer_id),
        ),
        Column(
            "grading.score",
            _l("Score"),
            CURRENT.c.score,
            join=join,
            sortable=True,
            permission="grading.read",
            render="score",
            order=2,
        ),
    ]


def primary_choices() -> list[Choice]:
    """The grades in force by the primary scheme, by their place: the list holds and sorts places."""
    return choices(grades_in_force(primary_key()))


def choices(grades: Any) -> list[Choice]:
    """Places of grades with their names."""
    return [Choice(str(number), grade.key) for number, grade in enumerate(grades, 1)]


def _has_grade(text: str) -> ColumnElement[bool]:
    """A grade by its name (``A``) or its place (``1``)."""
    condition: ColumnElement[bool] = CURRENT.c.grade == text
    if text.isdigit() and len(text) < 4:
        condition = condition | (CURRENT.c.grade_order == int(text))
    return condition
