"""Columns of lists: the grade in the customer list, and the results of a run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, case, literal

from kezhi import Choice, Column, Filter, Join
from kezhi import lazy_gettext as _l
from kezhi.cells import RENDERERS, graded

from .models import CurrentGrade, Result, Run
from .scheme import Grade, Scheme
from .services.schemes import primary_key
from .services.standing import grades_in_force

CURRENT: Any = CurrentGrade.__table__
RESULT: Any = Result.__table__


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


def result_list_columns(run: Run, scheme: Scheme) -> list[Column]:
    """The results of one run."""
    grades: tuple[Grade, ...] = scheme.grades
    tone = case({grade.key: grade.tone for grade in grades}, value=RESULT.c.grade)
    link: Any = (tone, literal("grading.explain", Text()), literal(run.number).label("number"), RESULT.c.customer_id)
    return [
        Column("code", _l("Customer code"), RESULT.c.code, sortable=True, default=True, render="code", order=10),
        Column("name", _l("Customer"), RESULT.c.name, sortable=True, default=True, render="name", order=20),
        Column("grade", _l("Grade"), RESULT.c.grade_order, sortable=True, default=True, render="grade", order=30,
               filter=Filter("choice", choices=lambda: choices(grades), apply=_result_has_grade), extra=link),
        Column("score", _l("Score"), RESULT.c.score, sortable=True, default=True, render="score", order=40),
    ]  # fmt: skip


def _result_has_grade(text: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = RESULT.c.grade == text
    if text.isdigit() and len(text) < 4:
        condition = condition | (RESULT.c.grade_order == int(text))
    return condition
